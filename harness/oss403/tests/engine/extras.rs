//! What a scenario may say besides its world and its twin: requests beforehand, another object, a policy taken away, a name kept free.

use oss403::run::record::Progress;

use crate::support::{buckets_on, embedded, instances, run_all, status};

#[tokio::test]
async fn requests_of_given_are_sent_in_order_once_the_world_is_made() {
    let scenarios = "
      - name: finished
        given:
          bucket: { uploads: { theirs: m.bin } }
          requests:
            - { request: 'PUT /m.bin?partNumber=1&uploadId=${upload.theirs}', body: part }
            - { request: 'PUT /?tagging', body: '<Tagging><TagSet><Tag><Key>team</Key><Value>storage</Value></Tag></TagSet></Tagging>' }
            - { request: PUT /made.txt, body: made beforehand }
            - { request: PUT /made.txt, body: made again }
        base: { request: GET /made.txt }
        edit: { as: anonymous }
        unchanged: ['?tagging', 'm.bin?uploadId=${upload.theirs}']
    ";
    let target = embedded().await;
    let ran = run_all(&target, instances(scenarios)).await;
    let record = ran.record("/finished");
    assert_eq!(record.progress, Progress::Complete);
    let read = |index: usize| {
        let body = &record.probes[index].before.response().unwrap().body;
        String::from_utf8_lossy(body).into_owned()
    };
    assert_eq!(
        record.base.as_ref().unwrap().response().unwrap().body,
        b"made again"
    );
    assert!(read(0).contains("storage"), "{}", read(0));
    assert!(
        read(1).contains("<PartNumber>1</PartNumber>"),
        "{}",
        read(1)
    );
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_request_of_given_that_is_refused_is_a_failed_precondition() {
    let scenarios = "
      - name: refused
        given: { requests: [{ as: anonymous, request: 'PUT /?tagging' }] }
        base: { request: GET / }
        edit: { as: anonymous }
    ";
    let target = embedded().await;
    let ran = run_all(&target, instances(scenarios)).await;
    let Progress::PreconditionFailed(why) = &ran.record("/refused").progress else {
        panic!("{:?}", ran.records);
    };
    assert!(why.contains("PUT") && why.contains("403"), "{why}");
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_edited_request_is_sent_for_another_object_too() {
    let scenarios = "
      - name: read
        given: { bucket: { objects: { k.txt: kept } } }
        base: { request: 'GET /k.txt?acl' }
        edit: { as: anonymous }
        expect: { same-for: /a/b c.txt }
      - name: unpacked
        given: { bucket: { objects: { k.txt: kept } } }
        base: { request: GET /k.txt }
        edit: { as: anonymous }
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let record = ran.record("/read");
    let (edited, other) = (
        record.edited.as_ref().unwrap(),
        record.same_for.as_ref().unwrap(),
    );
    assert_eq!(
        (
            edited.request.target.as_str(),
            other.request.target.as_str()
        ),
        ("/k.txt?acl", "/a/b%20c.txt?acl")
    );
    let signed = |headers: &[(String, String)]| {
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    };
    assert!(!signed(&other.request.headers));
    assert_eq!((status(Some(edited)), status(Some(other))), (403, 403));
    assert!(ran.record("/unpacked").same_for.is_none());
}

#[tokio::test]
async fn a_policy_is_taken_away() {
    let scenarios = "
      - name: withdrawn
        given:
          bucket:
            objects: { k.txt: kept }
            policy: { Version: '1', Statement: [{ Effect: Allow, Principal: ['*'], Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:${bucket}/*'] }] }
        base: { as: anonymous, request: GET /k.txt }
        edit: { bucket-policy: ~ }
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    let record = ran.record("/withdrawn");
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (200, 403),
        "{record:?}"
    );
}

#[tokio::test]
async fn a_bucket_that_the_base_makes_is_looked_at_and_removed() {
    let scenarios = "
      - name: made
        given: { no-bucket: true }
        base: { host: bucket, request: PUT / }
        edit: { as: anonymous }
        unchanged: ['?acl']
    ";
    let target = embedded().await;
    let ran = run_all(&target, instances(scenarios)).await;
    let record = ran.record("/made");
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (200, 403),
        "{record:?}"
    );
    let probe = &record.probes[0];
    assert_eq!(
        (status(Some(&probe.before)), status(Some(&probe.after))),
        (404, 404)
    );
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
}
