//! Another status.

use super::*;

#[test]
fn another_refusal_deviates() {
    for status in [400, 401, 404, 409, 501] {
        assert_facet(
            &Twin::new().edited(|r| r.status = status),
            Facet::Status,
            &status.to_string(),
        );
    }
}

#[test]
fn it_outweighs_a_wrong_code() {
    let twin = Twin::new().edited_body(&error_body("NoSuchKey", "x", REQUEST_ID));
    assert_facet(
        &twin.edited(|r| r.status = 404),
        Facet::Status,
        "404 NoSuchKey",
    );
}
