"""Private files in an S3 bucket; needs the extra `s3`. Credentials: boto3's own chain."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.storage import Stored, WebHeaders, checked_key

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Storage:
    """Objects under `prefix` of one bucket, private; see Storage."""

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str | None = None,
        region: str = "us-east-1",
    ) -> None:
        self.bucket = bucket
        self.prefix = f"{checked_key(prefix)}/" if prefix else ""
        self._client = _client(endpoint, region, "s3v4")
        self._place = (endpoint, region)

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        content_type: str,
        headers: WebHeaders | None = None,
    ) -> None:
        """See Storage."""
        name, told = self._name(key), _told(content_type, headers)
        with _bucket_errors():
            if isinstance(data, bytes):
                self._client.put_object(Bucket=self.bucket, Key=name, Body=data, **told)
                return
            self._client.upload_fileobj(
                _ReadOnly(data),
                self.bucket,
                name,
                ExtraArgs=told,
                Config=TransferConfig(use_threads=False),
            )

    def open(self, key: str) -> BinaryIO:
        """See Storage."""
        with _bucket_errors():
            answer = self._client.get_object(Bucket=self.bucket, Key=self._name(key))
        return cast(BinaryIO, answer["Body"])

    def read(self, key: str) -> bytes:
        """See Storage."""
        with self.open(key) as body, _bucket_errors():
            return body.read()

    def exists(self, key: str) -> bool:
        """See Storage."""
        name = self._name(key)
        try:
            with _bucket_errors():
                self._client.head_object(Bucket=self.bucket, Key=name)
        except NotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """See Storage."""
        with _bucket_errors():
            self._client.delete_object(Bucket=self.bucket, Key=self._name(key))

    def forget_unfinished(self, older_than_seconds: float) -> int:
        """Nothing to do: an object is there whole or not at all; parts end by the bucket's rule."""
        return 0

    def list(self, prefix: str) -> Iterator[str]:
        """See Storage."""
        for stored in self.entries(prefix):
            yield stored.key

    def entries(self, prefix: str) -> Iterator[Stored]:
        """See Storage."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + prefix
        )
        with _bucket_errors():
            for page in pages:
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self.prefix)
                    yield Stored(key, item["Size"], item["LastModified"])

    def readable_by_anyone(self, key: str) -> bool:
        """See Storage. Asked without a signature, as any stranger would."""
        stranger = _client(*self._place, UNSIGNED)
        try:
            with _bucket_errors():
                stranger.head_object(Bucket=self.bucket, Key=self._name(key))
        except (NotFound, OutsideFailed):
            return False
        return True

    def url(self, key: str, *, expires_seconds: int) -> str | None:
        """A presigned GET address (SigV4), at most seven days."""
        with _bucket_errors():
            address: str = self._client.generate_presigned_url(
                "get_object",
                Params={"Bucket": self.bucket, "Key": self._name(key)},
                ExpiresIn=expires_seconds,
            )
        return address

    def _name(self, key: str) -> str:
        return self.prefix + checked_key(key)


def _told(content_type: str, headers: WebHeaders | None) -> dict[str, Any]:
    """The names boto3 has for what a reader of the object is told."""
    said = headers or WebHeaders()
    groups = {"surrogate-key": said.surrogate_key} if said.surrogate_key else {}
    told = {
        "ContentType": content_type,
        "CacheControl": said.cache_control,
        "ContentEncoding": said.content_encoding,
        "Metadata": groups,
    }
    return {name: value for name, value in told.items() if value}


def _client(endpoint: str | None, region: str, signature: object) -> Any:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        config=Config(
            signature_version=signature,
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
            # Other makers' servers seldom have a name for every bucket.
            s3={"addressing_style": "path" if endpoint else "auto"},
        ),
    )


class _ReadOnly:
    """A stream that the transfer can read but not close: it is the caller's."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)


@contextlib.contextmanager
def _bucket_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise NotFound from error
        raise OutsideFailed(message="The storage refused the request.") from error
    except (BotoCoreError, OSError) as error:
        raise OutsideFailed(message="The storage does not answer.") from error
