//! The example profile for the service itself.

use std::path::Path;

use oss403::target::Profile;
use oss403_case::model::Capability;

/// The one for the service itself, with every line that is commented out for want of an account.
#[test]
fn the_example_for_the_service_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/aliyun.yaml");
    let profile = Profile::load(&path).unwrap_or_else(|found| panic!("{}", found[0]));
    assert!(profile.retired.contains(&Capability::HeaderV1));
    assert!(!profile.capabilities.contains(&Capability::Acceleration));
    assert!(profile.limits.buckets < 100 && profile.limits.requests_per_second.is_some());
    assert!(profile.limits.settle.policy > profile.limits.settle.acl);
    let text = std::fs::read_to_string(&path).unwrap();
    let (people, rest) = text.split_once("\ncapabilities:").unwrap();
    let mut all = people
        .replace("\nregions: [cn-hangzhou]\n", "\n")
        .replace("\n  # ", "\n  ")
        .replace("\n# regions:", "\nregions:")
        .replace("\n# addressing:", "\naddressing:");
    all += "\ncapabilities:";
    all += &rest.replace("\n# operator:", "\noperator:");
    let profile = Profile::parse(&all, &path).unwrap_or_else(|found| panic!("{}", found[0]));
    // Five are excepted, and the three carriers of version 1 retired.
    assert_eq!(profile.capabilities.len(), Capability::ALL.len() - 5 - 3);
}
