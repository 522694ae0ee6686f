"""A disk that fails when a test says: the n-th write, sync, rename or deletion below one folder, whoever asks for it.

SQLite is reached below SQL: a VFS of its own, the system's with four calls replaced, so that a commit meets the same
errors as on a real disk. Python's calls are replaced at `os` and at the files that `open` gives.

    with Disk(folder) as disk: ...          # counts: disk.asked names each call, in order
    with Disk(folder, fail_at=7): ...       # the seventh call fails, the next ones succeed
    with Disk(folder, fail_at=7, gone=True) # the seventh and all after it: the disk stays as a crash leaves it
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

_P = ctypes.c_void_p
_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, _P, _P, _P, ctypes.c_int, _P)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, _P, ctypes.c_char_p, ctypes.c_int)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _P, _P, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _P, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _P, ctypes.c_int)
_CLOSE = ctypes.CFUNCTYPE(ctypes.c_int, _P)
# sqlite3_vfs up to xDelete, and sqlite3_io_methods up to xSync (SQLite's interface, stable since version 3).
_VFS_WORDS, _VFS_NAME, _VFS_OPEN, _VFS_DELETE = 22, 3, 5, 6
_IO_WORDS, _IO_CLOSE, _IO_WRITE, _IO_TRUNCATE, _IO_SYNC = 19, 1, 3, 4, 5
_IOERR = {"write": 778, "sync": 1034, "truncate": 1546, "delete": 2570}


class Disk:
    """One faulty disk at a time; every call below `folder` while the block runs."""

    def __init__(self, folder: Path, fail_at: int = 0, *, gone: bool = False) -> None:
        self.folder = str(folder.resolve())
        self.fail_at = fail_at
        self.gone = gone
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._before: dict[tuple[Any, str], Any] = {}

    @property
    def failed(self) -> bool:
        """Whether the call that was to fail was asked for."""
        return 0 < self.fail_at <= len(self.asked)

    def fails(self, act: str, path: str) -> bool:
        """Count one call, and tell whether it is to fail."""
        if not path.startswith(self.folder):
            return False
        with self._lock:
            self.asked.append(f"{act} {_kind_of(path)}")
            at = len(self.asked)
            return at == self.fail_at or (self.gone and self.failed)

    def __enter__(self) -> Self:
        _SQLITE.use(self)
        for act in ("fsync", "fdatasync", "pwrite"):
            self._replace(os, act, by_file=True)
        for act in ("replace", "rename", "link", "unlink"):
            self._replace(os, act, by_file=False)
        self._put(io, "open", self._open)
        return self

    def __exit__(self, *_error: object) -> None:
        _SQLITE.use(None)
        for (module, name), before in self._before.items():
            setattr(module, name, before)
        self._before.clear()

    def _put(self, module: object, name: str, what: Callable[..., Any]) -> None:
        self._before[module, name] = getattr(module, name)
        setattr(module, name, what)

    def _replace(self, module: object, name: str, *, by_file: bool) -> None:
        real = getattr(module, name)

        def call(which: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401 -- as the call that it stands for
            if named.get("dir_fd") is None:
                path = _path_of(which) if by_file else str(Path(which).absolute())
                if self.fails(name, path):
                    raise OSError(errno.EIO, os.strerror(errno.EIO), path)
            return real(which, *more, **named)

        self._put(module, name, call)

    def _open(self, file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:  # noqa: ANN401 -- as `open`
        real = self._before[io, "open"]
        buffering = more[0] if more else named.get("buffering", -1)
        if "b" not in mode or not set("wax+") & set(mode) or buffering == 0:
            return real(file, mode, *more, **named)
        raw = _FailingFile(self, file, mode)
        return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)


class _FailingFile(io.FileIO):
    """A file whose writes the disk may refuse."""

    def __init__(self, disk: Disk, file: Any, mode: str) -> None:  # noqa: ANN401 -- a path or a descriptor
        super().__init__(file, mode.replace("b", ""))
        self._disk = disk
        self._path = _path_of(self.fileno())

    def write(self, data: Any, /) -> int:  # noqa: ANN401 -- whatever has bytes
        if self._disk.fails("write", self._path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), self._path)
        return super().write(data)


class _SqliteDisk:
    """The system's VFS, registered once more under another name; without a disk it passes everything on."""

    def __init__(self) -> None:
        self.disk: Disk | None = None
        driver = importlib.import_module("_sqlite3")
        self._library = ctypes.CDLL(getattr(driver, "__file__", None))
        self._library.sqlite3_vfs_find.restype = _P
        self._original = _P(self._library.sqlite3_vfs_find(None))
        self._vfs = (_P * _VFS_WORDS)()
        ctypes.memmove(self._vfs, self._original, ctypes.sizeof(self._vfs))
        self._name = ctypes.create_string_buffer(b"volet-faults")
        self._open = _OPEN(self._vfs[_VFS_OPEN] or 0)
        self._delete = _DELETE(self._vfs[_VFS_DELETE] or 0)
        self._paths: dict[int, str] = {}
        self._real: dict[int, Any] = {}
        self._tables: dict[int, Any] = {}
        self._kept: list[object] = []
        self._vfs[_VFS_NAME] = ctypes.addressof(self._name)
        self._vfs[_VFS_OPEN] = self._pointer(_OPEN(self._opening))
        self._vfs[_VFS_DELETE] = self._pointer(_DELETE(self._deleting))
        # A connection that is still open when the interpreter ends is closed through these.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self))

    def use(self, disk: Disk | None) -> None:
        """Let connections that are opened from now on go through the disk, or through the system's again."""
        self.disk = disk
        default = ctypes.byref(self._vfs) if disk is not None else self._original
        assert self._library.sqlite3_vfs_register(default, 1) == 0

    def _pointer(self, callback: Any) -> int | None:  # noqa: ANN401 -- ctypes knows no type for a callback's pointer
        self._kept.append(callback)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(callback))
        return ctypes.cast(callback, _P).value

    def _fails(self, act: str, path: str) -> bool:
        return self.disk is not None and self.disk.fails(f"sqlite {act}", path)

    def _opening(self, vfs: int, name: int, file: int, flags: int, out: int) -> int:
        code = int(self._open(vfs, name, file, flags, out))
        if code == 0 and name:
            methods = _P.from_address(file)
            assert methods.value is not None
            if methods.value not in self._tables:
                self._tables[methods.value] = self._patched(methods.value)
            self._paths[file] = os.fsdecode(ctypes.string_at(name))
            self._real[file] = self._tables[methods.value][1]
            methods.value = ctypes.addressof(self._tables[methods.value][0])
        return code

    def _deleting(self, vfs: int, name: bytes, sync: int) -> int:
        return _IOERR["delete"] if self._fails("delete", os.fsdecode(name)) else int(self._delete(vfs, name, sync))

    def _patched(self, methods: int) -> tuple[Any, dict[str, Any]]:
        table = (_P * _IO_WORDS)()
        ctypes.memmove(table, methods, ctypes.sizeof(table))
        real: dict[str, Any] = {
            "close": _CLOSE(table[_IO_CLOSE] or 0), "write": _WRITE(table[_IO_WRITE] or 0),
            "truncate": _TRUNCATE(table[_IO_TRUNCATE] or 0), "sync": _SYNC(table[_IO_SYNC] or 0),
        }  # fmt: skip

        def close(file: int) -> int:
            self._paths.pop(file, None)
            del self._real[file]
            return int(real["close"](file))

        def through(act: str) -> Callable[..., int]:
            def call(file: int, *arguments: int) -> int:
                if self._fails(act, self._paths.get(file, "")):
                    return _IOERR[act]
                return int(real[act](file, *arguments))

            return call

        table[_IO_CLOSE] = self._pointer(_CLOSE(close))
        table[_IO_WRITE] = self._pointer(_WRITE(through("write")))
        table[_IO_TRUNCATE] = self._pointer(_TRUNCATE(through("truncate")))
        table[_IO_SYNC] = self._pointer(_SYNC(through("sync")))
        return table, real


def _path_of(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def _kind_of(path: str) -> str:
    """What a file is, without the ids and random names in it."""
    name = Path(path).name
    return name if name.startswith(("hub.", "shares.", "witness.", "high")) else Path(path).suffix or Path(path).name


_SQLITE = _SqliteDisk()
