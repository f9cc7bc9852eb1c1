//! Retention policies: the table of their states.

use crate::client::Wire;

fn days(root: &str, days: &str) -> String {
    format!(
        "<{root}WormConfiguration><RetentionPeriodInDays>{days}</RetentionPeriodInDays></{root}WormConfiguration>"
    )
}

#[tokio::test]
async fn the_states_of_a_policy() {
    let wire = Wire::with_bucket().await;
    let initiate = |n: &str| wire.ask("POST", "/bkt?worm").body(days("Initiate", n));
    let complete = |id: &str| wire.ask("POST", &format!("/bkt?wormId={id}"));
    let extend = |id: &str, n: &str| {
        wire.ask("POST", &format!("/bkt?wormExtend&wormId={id}"))
            .body(days("Extend", n))
    };
    let abort = || wire.ask("DELETE", "/bkt?worm");

    // None.
    wire.get("/bkt?worm")
        .await
        .refused(404, "NoSuchWORMConfiguration");
    complete("X")
        .send()
        .await
        .refused(404, "NoSuchWORMConfiguration");
    extend("X", "2")
        .send()
        .await
        .refused(404, "NoSuchWORMConfiguration");
    abort().send().await.refused(404, "NoSuchWORMConfiguration");
    for bad in ["0", "25551", "x", ""] {
        initiate(bad)
            .send()
            .await
            .refused(400, "InvalidWORMConfiguration");
    }

    // In progress.
    let id = initiate("1")
        .send()
        .await
        .is(200)
        .the("x-oss-worm-id")
        .to_owned();
    let state = wire.get("/bkt?worm").await.is(200);
    assert_eq!(
        (
            state.xml().name.as_str(),
            state.at("WormId"),
            state.at("State").as_str()
        ),
        ("WormConfiguration", id.clone(), "InProgress")
    );
    initiate("1")
        .send()
        .await
        .refused(409, "WORMConfigurationAlreadyExists");
    extend(&id, "2")
        .send()
        .await
        .refused(400, "InvalidWORMConfiguration");
    complete("X")
        .send()
        .await
        .refused(404, "NoSuchWORMConfiguration");
    abort().send().await.is(204);
    wire.get("/bkt?worm")
        .await
        .refused(404, "NoSuchWORMConfiguration");

    // Not completed in time.
    initiate("1").send().await.is(200);
    wire.running.clock().set_offset(24 * 3600 + 5);
    wire.get("/bkt?worm")
        .await
        .refused(404, "NoSuchWORMConfiguration");

    // Locked.
    let id = initiate("3")
        .send()
        .await
        .is(200)
        .the("x-oss-worm-id")
        .to_owned();
    complete(&id).send().await.is(200);
    assert_eq!(wire.get("/bkt?worm").await.at("State"), "Locked");
    initiate("1")
        .send()
        .await
        .refused(409, "WORMConfigurationAlreadyExists");
    complete(&id)
        .send()
        .await
        .refused(403, "WORMConfigurationLocked");
    extend(&id, "3")
        .send()
        .await
        .refused(400, "InvalidWORMConfiguration");
    extend(&id, "4").send().await.is(200);
    assert_eq!(wire.get("/bkt?worm").await.at("RetentionPeriodInDays"), "4");
    abort().send().await.refused(403, "WORMConfigurationLocked");
}

#[tokio::test]
async fn what_a_policy_protects() {
    let wire = Wire::start().await;
    wire.ask("PUT", "/bkt")
        .header("x-oss-acl", "public-read-write")
        .send()
        .await
        .is(200);
    wire.put("/bkt/k", "first").await.is(200);
    wire.ask("POST", "/bkt/log?append&position=0")
        .body("x")
        .send()
        .await
        .is(200);
    wire.ask("POST", "/bkt?worm")
        .body(days("Initiate", "1"))
        .send()
        .await
        .is(200);
    let body = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nf\r\n--x--\r\n";
    for ask in [
        wire.ask("PUT", "/bkt/k").body("second"),
        wire.ask("DELETE", "/bkt/k"),
        wire.ask("PUT", "/bkt/k")
            .header("x-oss-copy-source", "/bkt/log"),
        wire.ask("PUT", "/bkt/k?symlink")
            .header("x-oss-symlink-target", "log"),
        wire.ask("POST", "/bkt/log?append&position=1").body("y"),
        wire.ask("POST", "/bkt")
            .anonymous()
            .header("Content-Type", "multipart/form-data; boundary=x")
            .body(body),
    ] {
        ask.send().await.refused(409, "FileImmutable");
    }
    let several = "<Delete><Object><Key>k</Key></Object></Delete>";
    assert_eq!(
        wire.ask("POST", "/bkt?delete")
            .body(several)
            .send()
            .await
            .is(200)
            .at("Error/Code"),
        "FileImmutable"
    );
    assert_eq!(wire.get("/bkt/k").await.text(), "first");
    // New objects are welcome.
    wire.put("/bkt/new", "x").await.is(200);
    // The day after, the policy having been locked, the old object is free.
    let id = wire.get("/bkt?worm").await.at("WormId");
    wire.ask("POST", &format!("/bkt?wormId={id}"))
        .send()
        .await
        .is(200);
    wire.running.clock().set_offset(86_400 + 5);
    wire.ask("DELETE", "/bkt/k").send().await.is(204);
}
