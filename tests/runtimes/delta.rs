//! Upgrades with the bundle of before as dictionary, made by a browser.

use crate::boot::script;
use crate::common::World;
use crate::common::pythons::playwright;

#[test]
fn chromium_upgrades_a_bundle() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let stem = crate::common::any_python().stem();
    let zip = format!("dist/{stem}.zip");
    world.write("old.zip", world.read(&zip));
    world.write("Lib/names/world.py", "WORLD = 'new world'\n");
    let said = world.pack(&["--delta-from", "old.zip"]).exits(0).said();
    assert!(said.contains("Available-Dictionary: :"), "{said}");
    let arguments = [playwright(), world.path("old.zip"), world.path(&zip)];
    let said = script("delta.mjs", &arguments);
    let size = |ending: &str| world.read(&format!("{zip}.{ending}")).len();
    let expected = format!("dcb {} same\ndcz {} same\n", size("dcb"), size("dcz"));
    assert_eq!(said, expected);
    assert!(size("dcb") < 400 && size("dcb") < world.read(&zip).len() / 3);
}
