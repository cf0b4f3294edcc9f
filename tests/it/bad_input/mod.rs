//! Every bad input has a message of its own, the right exit code, and does no harm to the bundle
//! that was there before.

mod build_python;
mod inputs;
mod interrupt;
mod odd_files;
mod output;
mod profile_text;
mod profile_values;
mod stdlib;

use std::collections::BTreeMap;

use crate::common::{Outcome, World};

/// A world in which a bundle was packed before.
struct Before {
    world: World,
    bundle: BTreeMap<String, Vec<u8>>,
}

impl Before {
    fn new() -> Self {
        let world = World::new();
        world.pack(&[]).exits(0);
        let bundle = world.files("dist");
        assert_eq!(bundle.len(), 2, "a zip and its receipt");
        Self { world, bundle }
    }

    /// What was said by a run that failed with `code`. It must have left the old bundle as it was,
    /// and nothing beside it.
    #[track_caller]
    fn refuses(&self, code: i32, outcome: Outcome) -> String {
        let outcome = outcome.exits(code);
        assert_eq!(outcome.out, "", "an error goes to standard error");
        assert!(
            self.world.files("dist") == self.bundle,
            "the old bundle was touched: {:?}",
            self.world.files("dist").keys()
        );
        outcome.err
    }

    /// What is said when `profile.yaml` is `text`.
    #[track_caller]
    fn refuses_profile(&self, text: &str) -> String {
        self.world.write("profile.yaml", text);
        self.refuses(2, self.world.pack(&[]))
    }
}
