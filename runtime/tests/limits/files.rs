//! Files that are fetched elsewhere count like every other request.

use connc_runtime::{Call, Mode};
use futures_util::future::join_all;
use serde_json::json;

use crate::provider::{Bench, Provider, built};
use crate::support;

async fn download(bench: &Bench, mode: Mode) {
    let call = Call::native("files.get").id("7").rate_limit(mode);
    bench.runtime.download(&bench.connector, &support::account(), call).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_fetch_takes_a_slot() {
    let bench = built(Provider::new(1000, 60), json!({ "concurrency": 1 }), None);
    join_all((0..5).map(|_| download(&bench, Mode::Passthrough))).await;
    assert_eq!((bench.provider.most_at_once(), bench.provider.served().len()), (1, 10));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_waits_for_the_rate_limit_and_learns_from_it() {
    let bench = built(Provider::new(3, 60), json!({}), None);
    for _ in 0..3 {
        download(&bench, Mode::Managed).await;
    }
    assert_eq!(bench.provider.statuses(), [200; 6], "nothing was refused, since it was waited for");
    let times = bench.provider.times();
    assert!(times[2] < 60_000 && times[3] >= 60_000, "{times:?}");
}
