"""A cache that may go away: pages are served without it."""

import logging
from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class KeptClients(RedisCacheClient):
    """Django's, with one client for each pool of connections: it makes one for each operation."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client = cache(Redis)


class ForgivingRedisCache(RedisCache):
    """Redis as cache; while it does not answer, every read is a miss and every write is dropped."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClients

    def _forgive(self, error: RedisError, fallback: Any) -> Any:
        logger.warning("The cache did not answer: %s", error)
        return fallback

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return self._forgive(error, default)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: Any = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            self._forgive(error, None)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: Any = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError as error:
            # Fail closed: a lock that cannot be taken is not taken.
            return bool(self._forgive(error, False))

    def delete(self, key: Any, version: Any = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError as error:
            return bool(self._forgive(error, False))

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        try:
            return super().get_many(keys, version)
        except RedisError as error:
            return dict(self._forgive(error, {}))

    def set_many(self, data: Any, timeout: Any = 300, version: Any = None) -> list[Any]:
        try:
            return super().set_many(data, timeout, version)
        except RedisError as error:
            return list(self._forgive(error, list(data)))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        try:
            return super().incr(key, delta, version)
        except RedisError as error:
            return int(self._forgive(error, 0))

    def has_key(self, key: Any, version: Any = None) -> bool:
        try:
            return super().has_key(key, version)
        except RedisError as error:
            return bool(self._forgive(error, False))
