"""Real trouble: full disks, no home, no rights, limits, and what --check says of each."""
import os
import pwd
import shutil
import subprocess

import homes
import host
import program

HOME = homes.home("user1")


def small_disk(options):
    return homes.mounted(HOME, "user1", options)


def check_same(status, code, *arguments, **more):
    """--check and the delivery itself agree."""
    program.check_failed(program.run("--check", "user1", text=b"", **more), status, code)
    program.check_failed(program.run(*arguments, "user1", **more), status, code)


def test_full_disk():
    """The same delivery succeeds when there is room again"""
    with small_disk("size=256k"):
        assert program.run("user1", text=b"Subject: first\n\n").status == 0
        host.messages("user1")[0].unlink()
        filler = homes.fill(HOME)
        check_same(program.TEMPORARY, "4.3.1")
        filler.unlink()
        assert program.run("user1").status == 0
        assert len(program.stored("user1")) == 1


def test_disk_full_in_the_middle():
    """A piece or two fit, the message does not"""
    with small_disk("size=112k"):
        program.check_failed(program.run("user1"), program.TEMPORARY, "4.3.1")
        assert program.run("--check", "user1").status == 0


def test_no_inodes():
    with small_disk("nr_inodes=3"):
        program.check_failed(program.run("user1"), program.TEMPORARY, "4.3.1")
    with small_disk("nr_inodes=1"):
        check_same(program.TEMPORARY, "4.3.1")


def test_no_home():
    """An unmounted /home bounces nothing, and no home is ever made"""
    with homes.set_aside("user1"):
        check_same(program.NO_HOME, "4.2.0")
        assert not HOME.exists()
        HOME.write_text("a file")
        check_same(program.NO_HOME, "4.2.0")


def test_read_only_home():
    with small_disk("size=1m"):
        subprocess.run(["mount", "-o", "remount,ro", HOME], check=True)
        check_same(program.TEMPORARY, "4.3.0")


def test_home_of_somebody_else():
    """No rights of root's are left to write with"""
    with homes.given_away("user1"):
        check_same(program.TEMPORARY, "4.3.0")
        HOME.chmod(0o755)
        check_same(program.TEMPORARY, "4.3.0")


def test_something_in_the_way():
    """A file where the Maildir, or a part of it, should be"""
    for name in ("Maildir", "Maildir/new", "Maildir/tmp"):
        file = HOME / name
        file.parent.mkdir(exist_ok=True)
        for part in ("cur", "new", "tmp"):
            if file.parent != HOME:
                (file.parent / part).mkdir()
                os.chown(file.parent / part, *[pwd.getpwnam("user1").pw_uid] * 2)
        if file.is_dir():
            file.rmdir()
        file.write_text("a file")
        try:
            done = program.run("user1")
            assert done.status == program.TEMPORARY and " 4.3.0 " in done.said, (name, done.said)
        finally:
            file.unlink()
            shutil.rmtree(HOME / "Maildir", ignore_errors=True)


def test_part_of_the_maildir_gone():
    """Another program removed a folder: it is made again"""
    for part in ("tmp", "new", "cur"):
        program.run("user1")
        (host.maildir("user1") / "tmp").rmdir()
        shutil.rmtree(host.maildir("user1") / part, ignore_errors=True)
        assert program.run("user1").status == 0, part
        host.check_modes("user1", host.messages("user1")[-1])


def test_file_size_limit():
    """RLIMIT_FSIZE is an error like others, not a signal"""
    done = program.run("user1", before=["prlimit", "--fsize=100000", "--"])
    program.check_failed(done, program.TEMPORARY, "4.3.4")


def test_no_core_file():
    """Nothing of a message lands in a core file"""
    file = host.ROOT / "limits"
    done = program.run("user1", before=["strace", "-qq", "-e", "prlimit64", "-o", file])
    assert done.status == 0, done.said
    assert "RLIMIT_CORE, {rlim_cur=0, rlim_max=0}" in file.read_text()


def test_careless_caller():
    """Closed descriptors, an odd umask, an odd environment, ignored SIGCHLD"""
    script = 'umask 0; trap "" CHLD PIPE; exec "$@" 2>&-'
    done = program.run("user1", "user2", before=["env", "HOME=/", "TMPDIR=/", "sh", "-c", script, "sh"])
    assert done.status == 0, done.status
    for user in ("user1", "user2"):
        host.check_modes(user, host.only_message(user))


def test_little_memory():
    """A big message passes through in pieces"""
    text = b"Subject: big\r\n\r\n" + b"0123456789abcdef\r\n" * 8_000_000
    file = host.ROOT / "big"
    file.write_bytes(text)
    with open(file, "rb") as message:
        done = program.run("-f", "", "user1", stdin=message, before=["prlimit", "--as=64000000", "--"])
    file.unlink()
    assert done.status == 0, done.said
    assert host.only_message("user1").stat().st_size > 130_000_000
