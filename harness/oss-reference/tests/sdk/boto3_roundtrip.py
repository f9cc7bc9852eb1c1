"""Drives a server with boto3 and asserts what comes back: the S3 dialect as OSS speaks it.

Environment: OSS403_ENDPOINT, OSS403_ACCESS_KEY_ID, OSS403_ACCESS_KEY_SECRET, OSS403_REGION.
"""

import io
import os
import urllib.error
import urllib.request
import uuid
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSRequest
from botocore.auth import S3SigV4Auth
from botocore.client import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ENDPOINT = os.environ["OSS403_ENDPOINT"]
KEY_ID = os.environ["OSS403_ACCESS_KEY_ID"]
KEY_SECRET = os.environ["OSS403_ACCESS_KEY_SECRET"]
REGION = os.environ["OSS403_REGION"]
SERVICE = f"oss-{REGION}.aliyuncs.test"

checks = 0


def check(actual, expected):
    global checks
    assert actual == expected, f"{actual!r} is not {expected!r}"
    checks += 1


def client(version, region=REGION, secret=KEY_SECRET, style="path", endpoint=ENDPOINT, **more):
    config = Config(signature_version=version, s3={"addressing_style": style}, retries={"max_attempts": 1, "mode": "standard"}, **more)
    return boto3.client("s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=KEY_ID, aws_secret_access_key=secret, config=config)


def refused(call, status, code):
    try:
        call()
    except ClientError as error:
        response = error.response
        check((response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]), (status, code))
        return response
    raise AssertionError(f"not refused with {status} {code}")


def objects(api, name):
    body = b"hello \x00 world" * 1000
    key = "dir/a b+c~(1).txt"
    put = api.put_object(Bucket=name, Key=key, Body=body, Metadata={"owner": "eric"}, ContentType="text/plain")
    # boto3 reads the id from x-amz-request-id alone.
    check(len(put["ResponseMetadata"]["RequestId"]), 24)
    got = api.get_object(Bucket=name, Key=key)
    check((got["Body"].read(), got["Metadata"], got["ContentType"]), (body, {"owner": "eric"}, "text/plain"))
    check(api.head_object(Bucket=name, Key=key)["Metadata"], {"owner": "eric"})
    check(api.get_object(Bucket=name, Key=key, Range="bytes=6-8")["Body"].read(), body[6:9])
    api.copy_object(Bucket=name, Key="copy", CopySource={"Bucket": name, "Key": key})
    copied = api.get_object(Bucket=name, Key="copy")
    check((copied["Body"].read(), copied["Metadata"]), (body, {"owner": "eric"}))
    api.copy_object(Bucket=name, Key="new", CopySource={"Bucket": name, "Key": key}, Metadata={"owner": "erica"}, MetadataDirective="REPLACE")
    check(api.head_object(Bucket=name, Key="new")["Metadata"], {"owner": "erica"})
    api.put_object_acl(Bucket=name, Key="new", ACL="public-read")
    listed = api.list_objects_v2(Bucket=name)["Contents"]
    check([entry["Key"] for entry in listed], ["copy", key, "new"])
    deleted = api.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "copy"}, {"Key": "new"}]})
    check(len(deleted["Deleted"]), 2)
    api.delete_object(Bucket=name, Key=key)
    check(refused(lambda: api.get_object(Bucket=name, Key=key), 404, "NoSuchKey")["ResponseMetadata"]["RequestId"] != "", True)


def multipart(api, name):
    upload = api.create_multipart_upload(Bucket=name, Key="m")["UploadId"]
    parts = []
    for number, piece in enumerate([b"a" * 100 * 1024, b"b"], 1):
        etag = api.upload_part(Bucket=name, Key="m", UploadId=upload, PartNumber=number, Body=piece)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    api.complete_multipart_upload(Bucket=name, Key="m", UploadId=upload, MultipartUpload={"Parts": parts})
    check(api.get_object(Bucket=name, Key="m")["Body"].read(), b"a" * 100 * 1024 + b"b")
    api.upload_fileobj(io.BytesIO(b"streamed"), name, "f")
    check(api.get_object(Bucket=name, Key="f")["Body"].read(), b"streamed")
    api.delete_object(Bucket=name, Key="m")
    api.delete_object(Bucket=name, Key="f")


def sent(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def presigned(api, name):
    url = api.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "p q"}, ExpiresIn=60)
    check(sent(url, "PUT", b"by url", {"Content-Type": ""})[0], 200)
    url = api.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "p q", "ResponseContentType": "text/x"}, ExpiresIn=60)
    check(sent(url), (200, b"by url"))
    status, body = sent(url.replace("text%2Fx", "text%2Fy"))
    check((status, b"<Code>SignatureDoesNotMatch</Code>" in body, b"<AWSAccessKeyId>" in body), (403, True, True))
    check(sent(url, "DELETE")[0], 403)
    api.delete_object(Bucket=name, Key="p q")


def mismatch(version, name, ec):
    answer = refused(lambda: client(version, secret="wrong").list_objects_v2(Bucket=name), 403, "SignatureDoesNotMatch")
    check(answer["Error"]["EC"], ec)
    check(answer["Error"]["AWSAccessKeyId"], KEY_ID)


def unsigned_pieces(name):
    """What clients of 2025 send over TLS: a body in pieces that nobody signed."""
    url = f"{ENDPOINT}/{name}/framed"
    headers = {"Content-Encoding": "aws-chunked", "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "3"}
    request = AWSRequest("PUT", url, headers=headers, data=b"3\r\nabc\r\n0\r\n\r\n")
    request.context["payload_signing_enabled"] = False

    class Signer(S3SigV4Auth):
        def payload(self, request):
            return "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    Signer(Credentials(KEY_ID, KEY_SECRET), "s3", REGION).add_auth(request)
    status, body = sent(url, "PUT", b"3\r\nabc\r\n0\r\n\r\n", dict(request.headers.items()) | {"Content-Type": ""})
    check((status, b"<EC>0017-00000804</EC>" in body), (400, True))
    check(b"<ArgumentValue>STREAMING-UNSIGNED-PAYLOAD-TRAILER</ArgumentValue>" in body, True)


def virtual_hosted(version, name):
    """The bucket in the host name, which no resolver knows here: the connection goes to the server all the same."""
    address = urlsplit(ENDPOINT)
    api = client(version, style="virtual", endpoint=f"http://{SERVICE}", proxies={"http": f"http://{address.netloc}"})
    api.put_object(Bucket=name, Key="v", Body=b"virtual", Metadata={"a": "1"})
    got = api.get_object(Bucket=name, Key="v")
    check((got["Body"].read(), got["Metadata"]), (b"virtual", {"a": "1"}))
    api.copy_object(Bucket=name, Key="w", CopySource={"Bucket": name, "Key": "v"})
    check(api.get_object(Bucket=name, Key="w")["Body"].read(), b"virtual")
    for key in "vw":
        api.delete_object(Bucket=name, Key=key)


def main():
    for version, ec in (("s3v4", "0002-00000429"), ("s3", "0002-00000307")):
        name = "boto3-" + uuid.uuid4().hex[:12]
        api = client(version)
        api.create_bucket(Bucket=name)
        objects(api, name)
        multipart(api, name)
        presigned(api, name)
        mismatch(version, name, ec)
        virtual_hosted(version, name)
        if version == "s3v4":
            for region in ("us-east-1", "oss-" + REGION):
                check(client(version, region).list_objects_v2(Bucket=name)["KeyCount"], 0)
                url = client(version, region).generate_presigned_url("list_objects_v2", Params={"Bucket": name}, ExpiresIn=60)
                check(sent(url)[0], 200)
            unsigned_pieces(name)
        api.delete_bucket(Bucket=name)
    print(f"ok {checks} checks")


main()
