"""Adds the requests of the S3 dialect to signing.json, as boto3 signs them: `python s3_vectors.py` with boto3 1.43.11.

The clock of the signer is set to the time of the other vectors. Nothing is sent.
"""

import base64
import datetime
import hashlib
import hmac
import json
import pathlib
from email.utils import formatdate
from unittest import mock
from urllib.parse import parse_qsl, unquote, urlsplit

import boto3
import botocore
from botocore.awsrequest import AWSResponse
from botocore.config import Config

NOW = 1702743657
FILE = pathlib.Path(__file__).with_name("signing.json")
SECRET = "oss403testSecretDoNotUse000000001"
GENERATOR = f"boto3 {boto3.__version__}"
SIGNATURE_PARAMETERS = {
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Security-Token",
    "X-Amz-Signature", "AWSAccessKeyId", "Expires", "Signature", "x-amz-security-token",
}

# Title, operation, parameters, region, addressing style, security token.
OPERATIONS = [
    ("GetObject", "get_object", {"Bucket": "examplebucket", "Key": "exampleobject.txt"}, "us-east-1", "virtual", None),
    ("GetObject of a key that is escaped", "get_object", {"Bucket": "examplebucket", "Key": "目录/a b+~(1).txt"}, "cn-hangzhou", "virtual", None),
    ("GetObject with overridden headers", "get_object", {"Bucket": "examplebucket", "Key": "a.txt", "ResponseContentType": "text/plain; a", "ResponseContentDisposition": "attachment"}, "oss-cn-hangzhou", "virtual", None),
    ("GetObject with a token", "get_object", {"Bucket": "examplebucket", "Key": "a.txt"}, "cn-hangzhou", "virtual", "CAIS+a/b=token"),
    ("GetObject in path style", "get_object", {"Bucket": "examplebucket", "Key": "dir/a b.txt"}, "cn-hangzhou", "path", None),
    ("PutObject with metadata", "put_object", {"Bucket": "examplebucket", "Key": "a.txt", "Body": b"hello", "ContentType": "text/plain", "Metadata": {"b": "2", "a": "1"}, "ACL": "public-read"}, "cn-hangzhou", "virtual", None),
    ("CopyObject", "copy_object", {"Bucket": "examplebucket", "Key": "b.txt", "CopySource": {"Bucket": "examplebucket", "Key": "a b.txt"}}, "cn-hangzhou", "virtual", None),
    ("UploadPart", "upload_part", {"Bucket": "examplebucket", "Key": "a.txt", "PartNumber": 2, "UploadId": "0004B9895DBBB6EC98E36", "Body": b"part"}, "cn-hangzhou", "virtual", None),
    ("ListObjectsV2", "list_objects_v2", {"Bucket": "examplebucket", "Prefix": "a b/", "MaxKeys": 2}, "cn-hangzhou", "virtual", None),
    ("GetBucketAcl in path style", "get_bucket_acl", {"Bucket": "examplebucket"}, "cn-hangzhou", "path", None),
    ("DeleteObject", "delete_object", {"Bucket": "examplebucket", "Key": "a.txt"}, "cn-hangzhou", "virtual", None),
    ("ListBuckets", "list_buckets", {}, "cn-hangzhou", "virtual", None),
]


def client(version, region, style, token):
    return boto3.client(
        "s3", region_name=region, endpoint_url="https://oss-cn-hangzhou.aliyuncs.com", aws_access_key_id="OSS403TESTKEY0001",
        aws_secret_access_key=SECRET, aws_session_token=token,
        config=Config(signature_version=version, s3={"addressing_style": style}, request_checksum_calculation="when_required"),
    )


def in_header(version, operation, parameters, region, style, token):
    sent = []
    s3 = client(version, region, style, token)

    def keep(request, **_):
        sent.append(request)
        return AWSResponse(request.url, 200, {}, mock.Mock(stream=lambda: iter([b"<A/>"]), read=lambda *_: b""))

    s3.meta.events.register("before-send", keep)
    try:
        getattr(s3, operation)(**parameters)
    except Exception as error:  # The answer is none; what counts is the request.
        assert sent, error
    text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
    headers = {name: text(value) for name, value in sent[0].headers.items()}
    return sent[0].method, sent[0].url, headers


def in_url(version, operation, parameters, region, style, token):
    parameters = {name: value for name, value in parameters.items() if name != "Body"}
    url = client(version, region, style, token).generate_presigned_url(operation, Params=parameters, ExpiresIn=600)
    method = {"put": "PUT", "copy": "PUT", "upload": "PUT", "delete": "DELETE"}.get(operation.split("_")[0], "GET")
    # V4 signs headers that the user of the URL has to send: see `listed_headers`. V2 puts all but these into the query.
    headers = {}
    if "ContentType" in parameters:
        headers["content-type"] = parameters["ContentType"]
    return method, url, headers


def vector(number, kind, operation, strings):
    title, name, parameters, region, style, token = operation
    scheme, version, carrier = kind
    method, url, headers = (in_header if carrier == "header" else in_url)(version, name, parameters, region, style, token)
    split = urlsplit(url)
    authorization = headers.pop("Authorization", None)
    headers = {known: value for known, value in headers.items() if known.lower() not in ("user-agent", "content-length", "expect", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request")}
    headers["Host"] = split.netloc
    if carrier == "url" and version == "s3v4":
        headers = listed_headers(strings[0])
    query = [[key, value if "=" in pair else None] for pair in split.query.split("&") if pair for key, value in [next(iter(parse_qsl(pair, keep_blank_values=True)))]]
    signed = dict((key, value) for key, value in query if value)
    listed = []
    if version == "s3v4":
        names = signed.get("X-Amz-SignedHeaders") or authorization.split("SignedHeaders=")[1].split(",")[0]
        listed = names.split(";")
    signature = signed.get("X-Amz-Signature") or signed.get("Signature")
    signature = signature or authorization.rsplit("=" if version == "s3v4" else ":", 1)[1]
    key = parameters.get("Key")
    path = unquote(split.path)
    assert key is None or path.endswith("/" + key), (path, key)
    sts = strings[-1]
    canonical = strings[0] if version == "s3v4" else None
    return {
        "id": f"b-{scheme}-{number:03}", "scheme": scheme, "title": title, "access_key_id": "OSS403TESTKEY0001", "access_key_secret": SECRET,
        "security_token": token, "region": "cn-hangzhou", "scope_region": region, "product": "s3", "method": method,
        "bucket": parameters.get("Bucket"), "key": key, "query": [pair for pair in query if pair[0] not in SIGNATURE_PARAMETERS],
        "headers": [[known, value] for known, value in headers.items()], "additional_headers": listed, "now": NOW,
        "expires": None if carrier == "header" else (600 if version == "s3v4" else NOW + 600), "url": url, "canonical_request": canonical,
        "string_to_sign": sts, "signature": signature, "authorization": authorization, "generator": GENERATOR, "agrees": [],
        "wire_check": "match", "expect": "accept",
    }


def main():
    kinds = [("s3-v2-header", "s3", "header"), ("s3-v2-url", "s3", "url"), ("s3-v4-header", "s3v4", "header"), ("s3-v4-url", "s3v4", "url")]
    time = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    strings = []
    auth = botocore.auth

    def spy(cls, name):
        original = getattr(cls, name)

        def call(self, *args, **named):
            value = original(self, *args, **named)
            strings.append(value)
            return value

        return mock.patch.object(cls, name, call)

    vectors = []
    with (
        mock.patch.object(auth, "get_current_datetime", lambda *_, **__: time.replace(tzinfo=None)),
        mock.patch.object(auth, "formatdate", lambda *_, **__: formatdate(NOW, usegmt=True)),
        mock.patch.object(auth.time, "time", lambda: NOW),
        spy(auth.SigV4Auth, "canonical_request"), spy(auth.SigV4Auth, "string_to_sign"), spy(auth.HmacV1Auth, "canonical_string"),
    ):
        for scheme, version, carrier in kinds:
            for number, operation in enumerate(OPERATIONS, 1):
                strings.clear()
                entry = vector(number, (scheme, version, carrier), operation, strings)
                assert expected(entry, strings[-1]) == entry["signature"], entry
                vectors.append(entry)
    file = json.loads(FILE.read_text())
    kept = [known for known in file["vectors"] if not known["id"].startswith("b-")]
    file["vectors"] = kept + vectors
    meta = file["meta"]
    meta["generators"] = sorted({known["generator"] for known in file["vectors"]})
    meta["count"] = len(file["vectors"])
    for field, name in (("by_scheme", "scheme"), ("by_expect", "expect")):
        meta[field] = {}
        for known in file["vectors"]:
            meta[field][known[name]] = meta[field].get(known[name], 0) + 1
    FILE.write_text(json.dumps(file, indent=1, ensure_ascii=False) + "\n")


def listed_headers(canonical_request):
    lines = canonical_request.split("\n")[3:]
    return dict(line.split(":", 1) for line in lines[: lines.index("")])


def expected(entry, string_to_sign):
    """The signature once more, from the string alone."""
    mac = lambda key, text, kind=hashlib.sha256: hmac.new(key, text.encode(), kind)
    if entry["scheme"].startswith("s3-v2"):
        return base64.b64encode(mac(SECRET.encode(), string_to_sign, hashlib.sha1).digest()).decode()
    key = ("AWS4" + SECRET).encode()
    for part in string_to_sign.split("\n")[2].split("/"):
        key = mac(key, part).digest()
    return mac(key, string_to_sign).hexdigest()


if __name__ == "__main__":
    main()
