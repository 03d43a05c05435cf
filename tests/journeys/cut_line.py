"""A line between a program and the server that is cut again and again."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field

PIECE = 256 * 1024


@dataclass
class CutLine:
    """TCP from a port of its own to `server_port`; after `cut_after` bytes a connection is cut."""

    server_port: int
    cut_after: int
    cuts_left: int
    carried: int = 0
    cuts: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> CutLine:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._listener.close()

    @property
    def address(self) -> str:
        """Where programs connect, without a slash at the end."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.server_port))
        except OSError:
            caller.close()
            return
        back = threading.Thread(target=self._pour, args=(server, caller), daemon=True)
        back.start()
        self._pour(caller, server, counted=True)
        back.join()
        caller.close()
        server.close()

    def _pour(self, source: socket.socket, target: socket.socket, *, counted: bool = False) -> None:
        poured = 0
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
                poured += len(piece)
                if counted and self._is_cut(len(piece), poured):
                    break
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_cut(self, piece: int, poured: int) -> bool:
        with self._lock:
            self.carried += piece
            if poured < self.cut_after or not self.cuts_left:
                return False
            self.cuts_left -= 1
            self.cuts += 1
            return True
