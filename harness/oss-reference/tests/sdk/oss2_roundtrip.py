"""Drives a server with the official SDK oss2 and asserts what comes back.

Environment: OSS403_ENDPOINT, OSS403_ACCESS_KEY_ID, OSS403_ACCESS_KEY_SECRET, OSS403_REGION.
"""

import hashlib
import os
import urllib.error
import urllib.request
import uuid

import oss2

ENDPOINT = os.environ["OSS403_ENDPOINT"]
KEY_ID = os.environ["OSS403_ACCESS_KEY_ID"]
KEY_SECRET = os.environ["OSS403_ACCESS_KEY_SECRET"]
REGION = os.environ["OSS403_REGION"]

checks = 0


def check(actual, expected):
    global checks
    assert actual == expected, f"{actual!r} is not {expected!r}"
    checks += 1


def refused(call, status, code, ec=None):
    try:
        call()
    except oss2.exceptions.OssError as error:
        check(error.status, status)
        check(error.code, code)
        check(len(error.request_id), 24)
        if ec:
            check(error.ec, ec)
        return error
    raise AssertionError(f"not refused with {status} {code}")


def objects(bucket):
    body = b"hello \x00 world" * 1000
    put = bucket.put_object("dir/a b+c.txt", body, headers={"x-oss-meta-colour": "blue"})
    check(put.status, 200)
    check(put.etag, hashlib.md5(body).hexdigest().upper())
    got = bucket.get_object("dir/a b+c.txt")
    check(got.read(), body)
    check(got.headers["x-oss-meta-colour"], "blue")
    # The SDK compares the checksum of the server with its own when the body has been read.
    check(got.server_crc, got.client_crc)
    check(bucket.get_object("dir/a b+c.txt", byte_range=(6, 8)).read(), body[6:9])
    head = bucket.head_object("dir/a b+c.txt")
    check(head.content_length, len(body))
    check(head.object_type, "Normal")
    check(bucket.get_object_meta("dir/a b+c.txt").content_length, len(body))
    check(bucket.object_exists("dir/a b+c.txt"), True)
    check(bucket.object_exists("absent"), False)

    copied = bucket.copy_object(bucket.bucket_name, "dir/a b+c.txt", "copy")
    check(copied.etag, put.etag)
    check(bucket.get_object("copy").read(), body)
    bucket.put_symlink("copy", "link")
    check(bucket.get_symlink("link").target_key, "copy")
    check(bucket.get_object("link").read(), body)
    bucket.put_object_acl("copy", oss2.OBJECT_ACL_PUBLIC_READ)
    check(bucket.get_object_acl("copy").acl, oss2.OBJECT_ACL_PUBLIC_READ)
    rule = oss2.models.TaggingRule()
    rule.add("k +", "v")
    bucket.put_object_tagging("copy", oss2.models.Tagging(rule))
    check(bucket.get_object_tagging("copy").tag_set.tagging_rule, {"k +": "v"})

    first = bucket.append_object("log", 0, "12345")
    check(first.next_position, 5)
    check(bucket.append_object("log", 5, "6789", init_crc=first.crc).next_position, 9)
    refused(lambda: bucket.append_object("log", 1, "x"), 409, "PositionNotEqualToLength")
    check(bucket.get_object("log").read(), b"123456789")


def lists(bucket):
    names = [info.key for info in oss2.ObjectIterator(bucket, max_keys=2)]
    check(names, ["copy", "dir/a b+c.txt", "link", "log"])
    names = [info.key for info in oss2.ObjectIteratorV2(bucket, max_keys=2)]
    check(names, ["copy", "dir/a b+c.txt", "link", "log"])
    folders = bucket.list_objects(delimiter="/")
    check(folders.prefix_list, ["dir/"])
    check(folders.object_list[0].size, 13000)
    check([version.key for version in bucket.list_object_versions().versions], names)


def multipart(bucket):
    upload = bucket.init_multipart_upload("big").upload_id
    pieces = [b"a" * 102400, b"b" * 10]
    parts = []
    for number, piece in enumerate(pieces, 1):
        result = bucket.upload_part("big", upload, number, piece)
        parts.append(oss2.models.PartInfo(number, result.etag, size=len(piece), part_crc=result.crc))
    check([part.size for part in bucket.list_parts("big", upload).parts], [102400, 10])
    check([info.upload_id for info in oss2.MultipartUploadIterator(bucket)], [upload])
    bucket.complete_multipart_upload("big", upload, parts)
    check(bucket.get_object("big").read(), b"".join(pieces))
    copying = bucket.init_multipart_upload("part-copy").upload_id
    copied = bucket.upload_part_copy(bucket.bucket_name, "big", (0, 9), "part-copy", copying, 1)
    bucket.complete_multipart_upload("part-copy", copying, [oss2.models.PartInfo(1, copied.etag)])
    check(bucket.get_object("part-copy").read(), b"a" * 10)
    aborted = bucket.init_multipart_upload("never").upload_id
    bucket.abort_multipart_upload("never", aborted)
    refused(lambda: bucket.list_parts("never", aborted), 404, "NoSuchUpload")


def presigned(bucket):
    url = bucket.sign_url("GET", "copy", 60, slash_safe=True)
    check(len(urllib.request.urlopen(url).read()), 13000)
    broken = url.replace("copy", "log")
    try:
        urllib.request.urlopen(broken)
        raise AssertionError("a URL for another object was accepted")
    except urllib.error.HTTPError as error:
        check(error.code, 403)
        check(b"<Code>SignatureDoesNotMatch</Code>" in error.read(), True)


def configuration(bucket):
    info = bucket.get_bucket_info()
    check(info.name, bucket.bucket_name)
    check(info.location, f"oss-{REGION}")
    check(info.acl.grant, "private")
    check(bucket.get_bucket_location().location, f"oss-{REGION}")
    check(bucket.get_bucket_stat().object_count >= 4, True)
    bucket.put_bucket_acl(oss2.BUCKET_ACL_PUBLIC_READ)
    check(bucket.get_bucket_acl().acl, oss2.BUCKET_ACL_PUBLIC_READ)
    rule = oss2.models.CorsRule(allowed_origins=["*"], allowed_methods=["GET"], allowed_headers=["*"])
    bucket.put_bucket_cors(oss2.models.BucketCors([rule]))
    check(bucket.get_bucket_cors().rules[0].allowed_methods, ["GET"])
    bucket.put_bucket_referer(oss2.models.BucketReferer(True, ["http://a.com"]))
    check(bucket.get_bucket_referer().referers, ["http://a.com"])
    policy = '{"Version":"1","Statement":[{"Effect":"Deny","Action":["oss:GetObject"],"Principal":["*"],"Resource":["acs:oss:*:*:%s/no/*"]}]}'
    bucket.put_bucket_policy(policy % bucket.bucket_name)
    check(bucket.get_bucket_policy().policy, policy % bucket.bucket_name)
    bucket.delete_bucket_policy()
    worm = bucket.init_bucket_worm(1).worm_id
    check(bucket.get_bucket_worm().worm_id, worm)
    bucket.abort_bucket_worm()
    refused(bucket.get_bucket_worm, 404, "NoSuchWORMConfiguration")


def refusals(auth_of, bucket):
    refused(lambda: bucket.get_object("absent"), 404, "NoSuchKey")
    # Errors of HEAD come in a header.
    refused(lambda: bucket.head_object("absent"), 404, "NoSuchKey")
    wrong = oss2.Bucket(auth_of(KEY_ID, "wrong"), ENDPOINT, bucket.bucket_name, region=REGION)
    error = refused(lambda: wrong.get_object("copy"), 403, "SignatureDoesNotMatch")
    check(error.ec != "", True)
    check(error.details["OSSAccessKeyId"], KEY_ID)
    unknown = oss2.Bucket(auth_of("unknown", "wrong"), ENDPOINT, bucket.bucket_name, region=REGION)
    refused(lambda: unknown.get_object("copy"), 403, "InvalidAccessKeyId", "0002-00000902")
    refused(lambda: unknown.head_object("copy"), 403, "InvalidAccessKeyId", "0002-00000902")
    refused(lambda: bucket.delete_bucket(), 409, "BucketNotEmpty")


def run(auth_of):
    name = f"oss2-{uuid.uuid4().hex[:12]}"
    service = oss2.Service(auth_of(KEY_ID, KEY_SECRET), ENDPOINT, region=REGION)
    bucket = oss2.Bucket(auth_of(KEY_ID, KEY_SECRET), ENDPOINT, name, region=REGION)
    bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE)
    listed = [info.name for info in oss2.BucketIterator(service, prefix=name)]
    check(listed, [name])
    objects(bucket)
    lists(bucket)
    multipart(bucket)
    presigned(bucket)
    configuration(bucket)
    refusals(auth_of, bucket)
    keys = [info.key for info in oss2.ObjectIterator(bucket)]
    check(bucket.batch_delete_objects(keys).deleted_keys, keys)
    bucket.delete_bucket()
    refused(bucket.get_bucket_info, 404, "NoSuchBucket")


for scheme in (oss2.Auth, oss2.AuthV2, oss2.AuthV4):
    run(scheme)
print(f"ok {checks} checks")
