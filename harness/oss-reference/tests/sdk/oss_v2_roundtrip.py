"""Drives a server with the official SDK alibabacloud-oss-v2 and asserts what comes back.

Environment: OSS403_ENDPOINT, OSS403_ACCESS_KEY_ID, OSS403_ACCESS_KEY_SECRET, OSS403_REGION.
"""

import datetime
import hashlib
import os
import urllib.request
import uuid

import alibabacloud_oss_v2 as oss

ENDPOINT = os.environ["OSS403_ENDPOINT"]
KEY_ID = os.environ["OSS403_ACCESS_KEY_ID"]
KEY_SECRET = os.environ["OSS403_ACCESS_KEY_SECRET"]
REGION = os.environ["OSS403_REGION"]

checks = 0


def check(actual, expected):
    global checks
    assert actual == expected, f"{actual!r} is not {expected!r}"
    checks += 1


def client(key_id, secret, version):
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(key_id, secret)
    config.region = REGION
    config.endpoint = ENDPOINT
    config.signature_version = version
    config.retry_max_attempts = 1
    return oss.Client(config)


def refused(call, status, code, ec=None):
    try:
        call()
    except oss.exceptions.OperationError as error:
        cause = error.unwrap()
        check(cause.status_code, status)
        check(cause.code, code)
        check(len(cause.request_id), 24)
        if ec:
            check(cause.ec, ec)
        return cause
    raise AssertionError(f"not refused with {status} {code}")


def objects(api, name):
    body = b"hello \x00 world" * 1000
    put = api.put_object(oss.PutObjectRequest(bucket=name, key="dir/a b+c.txt", body=body, metadata={"colour": "blue"}))
    check(put.etag, '"' + hashlib.md5(body).hexdigest().upper() + '"')
    got = api.get_object(oss.GetObjectRequest(bucket=name, key="dir/a b+c.txt"))
    check(got.body.content, body)
    check(got.metadata["colour"], "blue")
    part = api.get_object(oss.GetObjectRequest(bucket=name, key="dir/a b+c.txt", range_header="bytes=6-8"))
    check(part.body.content, body[6:9])
    head = api.head_object(oss.HeadObjectRequest(bucket=name, key="dir/a b+c.txt"))
    check((head.content_length, head.object_type), (len(body), "Normal"))
    check(api.is_object_exist(name, "dir/a b+c.txt"), True)
    check(api.is_object_exist(name, "absent"), False)
    request = oss.CopyObjectRequest(bucket=name, key="copy", source_bucket=name, source_key="dir/a b+c.txt")
    check(api.copy_object(request).etag, put.etag)
    first = api.append_object(oss.AppendObjectRequest(bucket=name, key="log", position=0, body=b"12345"))
    check(first.next_position, 5)
    again = oss.AppendObjectRequest(bucket=name, key="log", position=5, body=b"6789", init_hash_crc64=first.hash_crc64)
    check(api.append_object(again).next_position, 9)
    wrong = oss.AppendObjectRequest(bucket=name, key="log", position=1, body=b"x")
    refused(lambda: api.append_object(wrong), 409, "PositionNotEqualToLength")


def lists(api, name):
    expected = ["copy", "dir/a b+c.txt", "log"]
    pages = api.list_objects_v2_paginator().iter_page(oss.ListObjectsV2Request(bucket=name, max_keys=2))
    check([info.key for page in pages for info in page.contents or []], expected)
    pages = api.list_objects_paginator().iter_page(oss.ListObjectsRequest(bucket=name, max_keys=2))
    check([info.key for page in pages for info in page.contents or []], expected)
    folders = api.list_objects_v2(oss.ListObjectsV2Request(bucket=name, delimiter="/"))
    check([group.prefix for group in folders.common_prefixes], ["dir/"])
    versions = api.list_object_versions(oss.ListObjectVersionsRequest(bucket=name))
    check([version.key for version in versions.version], expected)


def multipart(api, name):
    upload = api.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket=name, key="big")).upload_id
    pieces = [b"a" * 102400, b"b" * 10]
    parts = []
    for number, piece in enumerate(pieces, 1):
        request = oss.UploadPartRequest(bucket=name, key="big", upload_id=upload, part_number=number, body=piece)
        parts.append(oss.UploadPart(part_number=number, etag=api.upload_part(request).etag))
    listed = api.list_parts(oss.ListPartsRequest(bucket=name, key="big", upload_id=upload))
    check([part.size for part in listed.parts], [102400, 10])
    api.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(
            bucket=name,
            key="big",
            upload_id=upload,
            complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
        )
    )
    check(api.get_object(oss.GetObjectRequest(bucket=name, key="big")).body.content, b"".join(pieces))


def presigned(api, name):
    life = datetime.timedelta(seconds=60)
    signed = api.presign(oss.GetObjectRequest(bucket=name, key="copy"), expires=life)
    check(len(urllib.request.urlopen(signed.url).read()), 13000)


def configuration(api, name):
    info = api.get_bucket_info(oss.GetBucketInfoRequest(bucket=name)).bucket_info
    check((info.name, info.location, info.acl), (name, f"oss-{REGION}", "private"))
    check(api.get_bucket_stat(oss.GetBucketStatRequest(bucket=name)).object_count, 4)
    api.put_bucket_acl(oss.PutBucketAclRequest(bucket=name, acl="public-read"))
    check(api.get_bucket_acl(oss.GetBucketAclRequest(bucket=name)).acl, "public-read")
    check(api.is_bucket_exist(name), True)


def refusals(api, name, version):
    refused(lambda: api.get_object(oss.GetObjectRequest(bucket=name, key="absent")), 404, "NoSuchKey")
    # Errors of HEAD come in a header.
    refused(lambda: api.head_object(oss.HeadObjectRequest(bucket=name, key="absent")), 404, "NoSuchKey")
    request = oss.GetObjectRequest(bucket=name, key="copy")
    wrong = client(KEY_ID, "wrong", version)
    refused(lambda: wrong.get_object(request), 403, "SignatureDoesNotMatch")
    unknown = client("unknown", "wrong", version)
    cause = refused(lambda: unknown.get_object(request), 403, "InvalidAccessKeyId", "0002-00000902")
    check(cause.message.startswith("The OSS Access Key Id you provided does not exist in our records"), True)
    refused(lambda: api.delete_bucket(oss.DeleteBucketRequest(bucket=name)), 409, "BucketNotEmpty")


def run(version):
    name = f"v2-{uuid.uuid4().hex[:12]}"
    api = client(KEY_ID, KEY_SECRET, version)
    api.put_bucket(oss.PutBucketRequest(bucket=name))
    listed = api.list_buckets(oss.ListBucketsRequest(prefix=name))
    check([info.name for info in listed.buckets], [name])
    objects(api, name)
    lists(api, name)
    multipart(api, name)
    presigned(api, name)
    configuration(api, name)
    refusals(api, name, version)
    keys = ["big", "copy", "dir/a b+c.txt", "log"]
    doomed = [oss.DeleteObject(key=key) for key in keys]
    gone = api.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(bucket=name, objects=doomed))
    check([info.key for info in gone.deleted_objects], keys)
    api.delete_bucket(oss.DeleteBucketRequest(bucket=name))
    refused(lambda: api.get_bucket_info(oss.GetBucketInfoRequest(bucket=name)), 404, "NoSuchBucket")


for version in ("v1", "v4"):
    run(version)
print(f"ok {checks} checks")
