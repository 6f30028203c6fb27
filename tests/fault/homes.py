"""Homes in trouble: on a small disk of their own, gone, of somebody else."""
import contextlib
import os
import pwd
import subprocess

import host


def home(user):
    return host.ROOT / "home" / user


@contextlib.contextmanager
def mounted(folder, user, options):
    """A file system of its own on `folder`, which is the user's."""
    owner = pwd.getpwnam(user).pw_uid
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=700,uid={owner},gid={owner},{options}", "none", folder],
                   check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(folder):
    """A file that takes all the room there is on the file system of `folder`."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return filler


@contextlib.contextmanager
def set_aside(user):
    aside = home(user).with_name("aside")
    home(user).rename(aside)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            home(user).unlink()
        aside.rename(home(user))


@contextlib.contextmanager
def given_away(user):
    """The home is root's."""
    os.chown(home(user), 0, 0)
    try:
        yield
    finally:
        home(user).chmod(0o700)
        os.chown(home(user), *[pwd.getpwnam(user).pw_uid] * 2)
