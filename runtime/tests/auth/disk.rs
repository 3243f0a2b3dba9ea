//! Processes that share a store on disk.

use std::path::Path;
use std::sync::Arc;

use connc_runtime::{Call, FileStore, Runtime, Secret, Store, SystemClock};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::builder;

type Open = fn(&Path, &Secret<[u8; 32]>) -> Arc<dyn Store>;

/// The kinds of store, each opened in a folder. Leases are waited for in real time: tokens would expire by the virtual clock meanwhile.
const KINDS: &[(&str, Open)] = &[
    ("file", |folder, key| Arc::new(FileStore::new(folder, key, Arc::new(SystemClock)).unwrap())),
    #[cfg(feature = "sqlite")]
    ("sqlite", |folder, key| Arc::new(connc_runtime::SqliteStore::open(folder.join("store"), key, Arc::new(SystemClock)).unwrap())),
];

#[tokio::test]
async fn a_refresh_token_that_rotates_is_spent_once_in_total() {
    for (kind, open) in KINDS {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rotation-{kind}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut account = connected();
        account.tokens.remove("access_token");
        let world = world(oauth(json!({})), account, rotating(3600));
        let stores = [(); 2].map(|()| open(&folder, &Secret::new([7; 32])));
        let runtime =
            |store: &Arc<dyn Store>| builder(world.peer.clone()).clock(world.clock.clone()).store(Arc::clone(store)).build().unwrap();
        let runtimes: Vec<Runtime> = stores.iter().map(runtime).collect();
        let (connector, account) = (&world.connector, &world.account);
        for round in 1..=3_usize {
            let calls = runtimes.iter().flat_map(|runtime| (0..20).map(move |_| runtime.call(connector, account, Call::native("me.get"))));
            for done in join_all(calls).await {
                done.unwrap();
            }
            assert_eq!(world.tokens(), round, "{kind}");
            for store in &stores {
                let bytes = store.load("demo/way/acme").await.unwrap().unwrap();
                let stored: Value = serde_json::from_slice(bytes.expose()).unwrap();
                let expected = (json!(round), json!(format!("refresh-number-{round}")));
                assert_eq!((&stored["number"], &stored["tokens"]["refresh_token"]), (&expected.0, &expected.1), "{kind}");
            }
            world.later(3590);
        }
        drop((runtimes, stores));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
