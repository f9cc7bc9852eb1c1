//! Ways to go wrong that only the secret shows. The signatures were computed by another program (Python's `hmac`, `hashlib` and `base64`), from
//! the string that each client signs and the key that it makes.

use super::answered;
use crate::doctor::examine;
use crate::doctor::rules::Surety;

const SECRET: &str = "kept-by-nobody-4242";

/// What the server signed: StringToSign, and the canonical request of version 4.
type Server = [&'static str; 2];

const V1: Server = [
    "PUT\nXrY7u+Ae7tCTyyK7j1rNww==\ntext/plain\nThu, 01 Jan 2026 00:00:00 GMT\nx-oss-meta-a:1\nx-oss-meta-b:2\nx-oss-meta-c:3\n/b/a k.txt?acl&response-expires=x&uploadId=7",
    "",
];
const V2: Server = [
    "GET\n\n\nThu, 01 Jan 2026 00:00:00 GMT\n\n%2Fb%2Fk.txt?acl&prefix=a&x=1",
    "",
];
const V4: Server = [
    "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/oss/aliyun_v4_request\na5202dda9ea8f5d55355027d4f94cfd68c13b67d1e2fa73021564e69a680e17a",
    "PUT\n/b/a%20k.txt\nacl&prefix=a%2Fb&x=1\nhost:b.oss-cn-hangzhou.aliyuncs.com\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20260101T000000Z\n\nhost\nUNSIGNED-PAYLOAD",
];
const S3: Server = [
    "AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/us-east-1/s3/aws4_request\n3a9fb4cd822182ae4e33a92d1aed7c48272a97e8827028fc0cdf422425c0e27a",
    "PUT\n/k\nacl=&prefix=a%2Fb\nhost:b.oss-cn-hangzhou.aliyuncs.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20260101T000000Z\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD",
];

/// What the server signed, the signature that was sent, and what is said of it.
const WRONG: &[(Server, &str, &str)] = &[
    (
        V1,
        "gtOvPzY/d2HGA0EXMlQ0cON6UGY=",
        "signed Content-MD5 in hexadecimal digits",
    ),
    (
        V1,
        "MtNVoZDKY93JoFwpknlfyjWtba4=",
        "digits in upper case, and has",
    ),
    (
        V1,
        "xZAlLNjcK4KbVH8sKcz+rgP4l/Q=",
        "base64 of the hexadecimal digits of the digest",
    ),
    (
        [
            "PUT\nNWViNjNiYmJlMDFlZWVkMDkzY2IyMmJiOGY1YWNkYzM=\ntext/plain\nThu, 01 Jan 2026 00:00:00 GMT\nx-oss-meta-a:1\nx-oss-meta-b:2\nx-oss-meta-c:3\n/b/a k.txt?acl&response-expires=x&uploadId=7",
            "",
        ],
        "gtOvPzY/d2HGA0EXMlQ0cON6UGY=",
        "and sent base64 of those",
    ),
    (
        V1,
        "6e6JROxi8y7pBVp1yAn/Z1hDQ6k=",
        "left out the line feed between the headers and the resource",
    ),
    (
        V1,
        "vn0/M4+GqzL+yHK2WdgLRo+wY6Q=",
        "an empty line between the headers and the resource",
    ),
    (
        ["GET\n\n\nThu, 01 Jan 2026 00:00:00 GMT\n/b/k.txt", ""],
        "L4wY8DphP/AgKjMnda+W12p81fA=",
        "an empty line between the headers and the resource",
    ),
    (
        V1,
        "3VYJz7fZp0+E9+STST2/VEoFi8g=",
        "the headers in another order",
    ),
    (
        V1,
        "ha4JpQUSc+zcqEmagCvsW3+Vm7U=",
        "the parameters in another order",
    ),
    (V1, "KTKThZpjDtNxYG3d1uUW7P8WmkA=", "local time (UTC+08:00)"),
    (V1, "6Afgr/J/8GTp0CtO/6UMfKXSQ0Y=", "local time (UTC-05:00)"),
    (V1, "La1MWNwRx2KeZ+rL7s+It9HN9ZA=", "local time (UTC+05:30)"),
    (V1, "yMh7Oq6E1F/OP2f7mtOavB2b4X4=", "`UTC` at its end"),
    (
        V1,
        "MsSV5Iwt3pKz9rcf2WNXkZobSXg=",
        "in another form than that of the Date",
    ),
    (V1, "VyH3WdBG8IbtlbQMEWPmmJTL/MI=", "without its bucket"),
    (V1, "BsySGlrcHTfEDuBsjW7J1Ozfp20=", "the bucket twice"),
    (
        V1,
        "Y38nGJaZqNw0MaY8Wm1unEshBwU=",
        "blanks of the key as plus signs",
    ),
    (V1, "8aL8MUkmumXssqfKgkLYoH5tpSQ=", "percent-encoded twice"),
    (V1, "b0PThdXNbupXKVnEUsdj5QBbNos=", "a line feed behind it"),
    (
        V1,
        "n40A6PekOxSqokRb/kuWb0iGc6k=",
        "a carriage return and a line feed",
    ),
    (V1, "ZgpmybPWBj6abLglHs05KMQjqbg=", "a blank behind it"),
    (V1, "azq9HwXbNMX96jXdnMk0c3Dk5rg=", "a blank before it"),
    (V1, "c5JSwLOZHuhHImsWMoWFrcs5e+c=", "quotes around it"),
    (
        V1,
        "WxuiFFBnHiWsioeoUFrpuEZNlvQ=",
        "single quotes around it",
    ),
    (V1, "0KdMu3kkNH25DMc6UEFD/eUyHn4=", "byte order mark"),
    (V1, "OA403rH1lB3Z/7s2oiHmvnYIs+Q=", "ampersand"),
    (
        V2,
        "yISbheMIFpz3uy4M3LZgpjiptz41o8YCcIMswi+aUWo=",
        "the parameters in another order",
    ),
    (
        V2,
        "C901gagsfFPI7Uug5qCAUgg2q5D98SWkX0hAAfnCQz8=",
        "local time (UTC+08:00)",
    ),
    (
        V2,
        "eONesutn+uOHSyTH71VvVKMsJeMj9/GK1fpUR33dtRY=",
        "The client signed the resource without its bucket. The secret",
    ),
    (
        V4,
        "f5a5fa63fbb4c300a4b75b308240f16c0ac7eaa8f7580faff8d9e34e61aa6cf8",
        "signed the host `b.oss-cn-hangzhou.aliyuncs.com:443`, and `b.oss-cn-hangzhou.aliyuncs.com` arrived",
    ),
    (
        V4,
        "518f99f2664cbedbfbf87e65a847b856417ae6abbafcc1717143e7e07925bd79",
        "signed the host `b.oss-cn-hangzhou.aliyuncs.com:80`, and `b.oss-cn-hangzhou.aliyuncs.com` arrived",
    ),
    (
        V4,
        "fa7efe44aeb6ea7320d9f8536d70fb882fcc49157212b37cc7ea3b3469627277",
        "signed the host `oss-cn-hangzhou.aliyuncs.com`, and `b.oss-cn-hangzhou.aliyuncs.com` arrived",
    ),
    (
        V4,
        "753606a7ab987cc76df0b3d119cec2df4fe591110f89de12b17b0695dd4a2704",
        "signed the host `b.oss-cn-hangzhou-internal.aliyuncs.com`, and `b.oss-cn-hangzhou.aliyuncs.com` arrived",
    ),
    (
        V4,
        "c1aae3144db10d41ec14e8d1af1e554d8ee13dc0b1a7e725c8fcd5b39f6ca967",
        "signed the host `b.b.oss-cn-hangzhou.aliyuncs.com`, and `b.oss-cn-hangzhou.aliyuncs.com` arrived",
    ),
    (
        V4,
        "60335d3e929e83bbc4d481ef01d22dcd8ac565931dc28453b6cc00a45d29df06",
        "signed the host `https://b.oss-cn-hangzhou.aliyuncs.com`, and `b.oss-cn-hangzhou.aliyuncs.com` arrived",
    ),
    (
        V4,
        "3e840dad3dd29969d64b7a9999cddf1c90183db9993a919e2c594f5d659224f7",
        "signed an empty host",
    ),
    (
        V4,
        "e30dd2101b053e995ff8e06907f9a67f1d58bfe5c2647ff91fd3276ed3b5b5dd",
        "the parameters in another order",
    ),
    (
        V4,
        "b30ad010f78937b05d76d1e81ea97587a879aad0a42572ffe8b0a87d2abfb979",
        "The client signed blanks of the key as plus signs. The secret",
    ),
    (
        V4,
        "58c245a0a125fc7e3719253b5009d992253f9358047581984e4ca80f88b573b4",
        "The client signed the bucket twice. The secret",
    ),
    (
        V4,
        "3673808af54f21ff80c2476555f3e2c5c419c701feef3ee07b9a73fa6ee13350",
        "percent-encoded twice",
    ),
    (
        V4,
        "2be0a5183bc06bf0da0e6f039aa6a5a2e333d52f643d761541496429d74d67ab",
        "The client signed the resource without its bucket. The secret",
    ),
    (
        V4,
        "286c163991a6f8f85b9b3ae3cd49aa581a3ad92601f49509bb11432dcd9de2a2",
        "left out the empty line after the headers",
    ),
    (
        V4,
        "134b608881cf021432adcb09f6da116a22837e02bcc6c91a84c185a3fbc4c6b2",
        "hash of the canonical request in upper case",
    ),
    (
        V4,
        "d1e82e0f35fe1155da6cfa9d401e29b1e4a05d35f388f90e78b2902d46032ad9",
        "derived from `AWS4` and the secret",
    ),
    (
        V4,
        "ce688cf68f0912a7818ebadc87205c309a032b416caa81d4eb2bf79e914b18eb",
        "without `aliyun_v4` before it",
    ),
    (
        V4,
        "2d1d2a361964908f1236ed9270dec5eae51d49f53990b2e90adec90435bde252",
        "The secret itself was used as the key",
    ),
    (
        V4,
        "7b020b6cc0be5f84dd6fecba90d99ded42e693e23ac0ab36d944631fddc74d88",
        "the hexadecimal digits of the one before",
    ),
    (
        V4,
        "b628b1b8d2601d2129d580adff0af8a333045659ee32935d6810f058a45d5055",
        "`aliyun_v4_request`, was left out",
    ),
    (
        V4,
        "a8aedbf52148e6193e86876c3c766b357a13b828b3f0e4c94cb5d0b812d66cb3",
        "in the order region, date, product",
    ),
    (
        V4,
        "25c3d4f7056f497d0d8305238a41933ca2ffbb11d11c5812e841803007d0aee4",
        "in the order product, region, date",
    ),
    (
        V4,
        "e06bf64f9147fb6e6157a19cf7b30f70912abc9d4e1a8ac586bab68e59901636",
        "in the order date, product, region",
    ),
    (
        V4,
        "ace4b88ba7eceb2e4b19ab86949cfcabc69794a92da930fa692ed7522b61c15c",
        "derived for the date `20260102`",
    ),
    (
        V4,
        "cffdf910d3899a5becf13bc222f0184fbf46f1aeb2925cc023b18d16c7498ce2",
        "derived for the date `20251231`",
    ),
    (
        V4,
        "acb0b1b0c8047087cd9b4b6c9a9237dd6dc6b28a450aa0d87037321c0fa337c0",
        "derived for the date `20260101T000000Z`",
    ),
    (
        V4,
        "4147d48950a2e263411debf5f67da010e0a77c97048d919dd38456732f313516",
        "derived for the region `oss-cn-hangzhou`",
    ),
    (
        V4,
        "c915f256d1ca9c4022f4f77008eaf667b8584ba2b6c972fcb1bcc439d5f844c3",
        "derived for the region `cn-hangzhou-internal`",
    ),
    (
        V4,
        "d89de4b20cedc5bfcd53883a689dcc3d9fcdffa84770b329f3122e1a85e83c79",
        "derived for the product `s3`",
    ),
    (
        V4,
        "c0a6957399165e4950ae1ae8ff0a115e74e30970fefa56901e8c8bbf57850b32",
        "derived for the last step `aws4_request`",
    ),
    (
        V4,
        "3cf2d204426a5709b71ad5816a095c7d71a10975ddf9492861e9515439f5c7cb",
        "a line feed behind it",
    ),
    (
        V4,
        "6947e70b43b30e17f3260205e095756f468e240e0471db110a3c2b27ddd0874a",
        "quotes around it",
    ),
    (
        S3,
        "a68becd2f897830c67720ca196463a3faf1c1352d819209fea76c0e8e6df84f3",
        "derived from `aliyun_v4` and the secret",
    ),
    (
        S3,
        "ad520ae94cddc52ccad27402d8e59e261c98412a2b524b56a3aa9fca8be8980e",
        "signed the host `oss-cn-hangzhou.aliyuncs.com`",
    ),
];

#[test]
fn each_is_told_by_the_secret() {
    for (server, signature, says) in WRONG {
        let elements = [("StringToSign", server[0]), ("CanonicalRequest", server[1])];
        let mut evidence = answered(&elements);
        evidence.provided = Some((*signature).into());
        let guess = examine(&evidence, Some(SECRET)).guesses.remove(0);
        assert!(guess.says.contains(says), "{says}: {guess:?}");
        assert_eq!(guess.surety, Surety::Proven, "{says}");
        assert!(
            !guess.says.contains(SECRET) && !guess.because.contains(SECRET),
            "{guess:?}"
        );
        // Of another secret nothing is proven.
        let guess = examine(&evidence, Some("another-secret")).guesses.remove(0);
        assert_ne!(guess.surety, Surety::Proven, "{says}: {guess:?}");
    }
}

#[test]
fn what_a_shell_adds_to_the_secret_is_no_fault_of_the_client() {
    // By the same program: the string of `V1` and the secret as it is.
    for secret in [
        "\"kept-by-nobody-4242\"",
        "'kept-by-nobody-4242'",
        " kept-by-nobody-4242\r\n",
        "\u{feff}kept-by-nobody-4242",
    ] {
        let mut evidence = answered(&[("StringToSign", V1[0])]);
        evidence.provided = Some("iEdeqmI5ZXs0eAy57ePTamCrcwU=".into());
        let guess = examine(&evidence, Some(secret)).guesses.remove(0);
        assert_eq!(
            (guess.rule, guess.surety),
            ("secret-blank", Surety::Proven),
            "{secret:?}"
        );
    }
}
