"""Redis servers of others: one command on a connection of its own."""

from __future__ import annotations

import ssl
from typing import Any

from luban.ports.databases import Addresses, RedisServer
from luban.storage.outside.errors import (
    NotEncrypted,
    OutsideRefused,
    OutsideUnreachable,
    RedisFailed,
)
from luban.storage.outside.pinned_tls import context_of, pinned

_SECONDS = 10.0


class RedisClient:
    """The words of a command are sent apart from each other, so none is ever read as two."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    async def command(self, server: RedisServer, words: tuple[Any, ...]) -> Any:
        from redis import exceptions
        from redis.asyncio.connection import Connection

        place = f"{server.host}:{server.port}"
        address = await pinned(self._addresses, server)
        line = _with_tls(server)(
            host=address,
            port=server.port,
            db=server.database,
            username=server.user or None,
            password=server.password or None,
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            client_name="luban",
        )
        assert isinstance(line, Connection)
        try:
            await line.connect()
            await line.send_command(*words)
            return await line.read_response()
        except exceptions.AuthenticationError as error:
            raise OutsideRefused(place=place, cause=str(error)) from error
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
                raise NotEncrypted(place=place, cause=str(error)) from error
            raise OutsideUnreachable(place=place, cause=str(error)) from error
        except exceptions.RedisError as error:
            if str(error).startswith(("NOAUTH", "WRONGPASS", "NOPERM")):
                raise OutsideRefused(place=place, cause=str(error)) from error
            raise RedisFailed(command=str(words[0]), cause=str(error)) from error
        finally:
            await line.disconnect()


def _with_tls(server: RedisServer) -> Any:
    from redis.asyncio.connection import Connection

    context = context_of(server.security, server.host)
    if context is None:
        return Connection

    class Encrypted(Connection):
        def _connection_arguments(self) -> Any:
            return {**super()._connection_arguments(), "ssl": context}

    return Encrypted
