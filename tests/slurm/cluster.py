# SPDX-License-Identifier: BSD-3-Clause
"""A SLURM of one node on the loopback: munged, slurmctld and slurmd of this user, with all that they write in a temporary folder, on ports that
nobody uses. Nothing of it is left when the `with` block ends, however it ends."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class CannotStart(Exception):
    """This machine has no SLURM, or it does not start here; the text says why."""


CONFIGURATION = """
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
SlurmdPort={daemon_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
PlugStackConfig={folder}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=pmix
ReturnToService=2
SlurmdParameters=config_overrides
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
JobRequeue=1
MinJobAge=300
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
KillWait=10
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def die_with_parent():
    """For a daemon, before it starts: a test that is killed takes its daemons along."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """`cpus` is what the node claims to have; more than the machine's own only makes jobs share them."""

    def __init__(self, cpus):
        self.cpus = cpus
        self.daemons = []

    def __enter__(self):
        missing = [name for name in ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol") if self.program(name) is None]
        if missing:
            raise CannotStart(f"not installed: {', '.join(missing)}")
        # Below /tmp itself: a socket's path is short, and munged wants every folder above it to be safe.
        self.folder = tempfile.mkdtemp(prefix="pastur-slurm-", dir="/tmp")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(5)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.end_steps()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end_steps(self):
        """Ends what outlived slurmd: job steps are daemons of their own. They are known by our configuration in their environment."""
        mark = f"SLURM_CONF={self.folder}/".encode()
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{process}/environ", "rb") as environment:
                    ours = mark in environment.read()
                if ours and int(process) != os.getpid():
                    os.kill(int(process), signal.SIGKILL)
            except OSError:
                continue

    @staticmethod
    def program(name):
        return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def start(self):
        with open(os.open(f"{self.folder}/munge.key", os.O_CREAT | os.O_WRONLY, 0o600), "wb") as key:
            key.write(os.urandom(128))
        os.chmod(self.folder, 0o755)
        for name in ("state", "spool"):
            os.mkdir(f"{self.folder}/{name}")
        open(f"{self.folder}/plugstack.conf", "w").close()
        host = socket.gethostname().split(".")[0]
        controller_port, daemon_port = free_ports(2)
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        self.host = host
        self.environment = dict(os.environ, SLURM_CONF=f"{self.folder}/slurm.conf")
        # A test that itself runs in a SLURM job must not look like a part of that job.
        for name in [name for name in self.environment if name.startswith(("SLURM_", "SLURMD_", "PMIX_")) and name != "SLURM_CONF"]:
            del self.environment[name]
        # What a killed step leaves under /tmp would stop the step of the same number in the next cluster.
        with open(f"{self.folder}/mpi.conf", "w") as file:
            file.write(f"PMIxCliTmpDirBase={self.folder}\n")
        with open(f"{self.folder}/slurm.conf", "w") as file:
            file.write(CONFIGURATION.format(folder=self.folder, host=host, user=user, controller_port=controller_port, daemon_port=daemon_port,
                                            cpus=self.cpus))
        munge = f"{self.folder}/munge"
        self.daemon("munged", "--foreground", f"--socket={munge}.socket", f"--key-file={munge}.key", f"--pid-file={munge}.pid",
                    f"--log-file={munge}.log", f"--seed-file={munge}.seed")
        self.wait_for("munged", lambda: os.path.exists(f"{munge}.socket"))
        self.daemon("slurmctld", "-D", "-i")
        self.daemon("slurmd", "-D", "-N", host)
        self.wait_for("slurmctld and slurmd", lambda: self.node_state() in ("idle", "mixed"))
        self.try_a_step()

    def try_a_step(self):
        """Some containers let the daemons start and no job."""
        try:
            step = subprocess.run(["srun", "--mpi=pmix", "--ntasks=2", "true"], env=self.environment, capture_output=True, text=True, timeout=30)
        except subprocess.TimeoutExpired:
            raise CannotStart(f"a step that does nothing hangs: {self.last_words()}") from None
        if step.returncode != 0:
            raise CannotStart(f"a step that does nothing fails: {step.stderr.strip()}")

    def daemon(self, name, *arguments):
        with open(f"{self.folder}/{name}.output", "wb") as output:
            self.daemons.append(subprocess.Popen([self.program(name), *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                                 stdout=output, stderr=output, start_new_session=True, preexec_fn=die_with_parent))

    def wait_for(self, what, ready, patience=30):
        end = time.monotonic() + patience
        while not ready():
            if time.monotonic() > end or any(daemon.poll() is not None for daemon in self.daemons):
                raise CannotStart(f"{what} did not start: {self.last_words()}")
            time.sleep(0.1)

    def last_words(self):
        lines = []
        for name in ("munged.output", "slurmctld.output", "slurmd.output"):
            if os.path.exists(f"{self.folder}/{name}"):
                with open(f"{self.folder}/{name}", errors="replace") as file:
                    lines += [f"{name.split('.')[0]}: {line.strip()}" for line in file if "rror" in line or "atal" in line][-2:]
        return "; ".join(lines) or "they said nothing"

    def node_state(self):
        return self.run("sinfo", "-h", "-o", "%T", check=False)

    def run(self, *command, check=True):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def submit(self, *arguments, environment=()):
        """The job's number."""
        done = subprocess.run(["sbatch", "--parsable", *arguments], env=dict(self.environment, **dict(environment)), capture_output=True,
                              text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"sbatch {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip().split(";")[0]

    def jobs(self, number):
        """What scontrol knows of a job, one dictionary per array task."""
        text = self.run("scontrol", "-o", "show", "job", number, check=False)
        return [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in text.splitlines()]

    def states(self, number):
        return {job.get("JobState") for job in self.jobs(number)}

    def wait(self, number, *states, patience=90):
        """Until the job, and every task of an array, is in one of `states`."""
        end = time.monotonic() + patience
        while not (now := self.states(number)) <= set(states) or not now:
            if time.monotonic() > end:
                raise RuntimeError(f"job {number} is {now} after {patience} s, not one of {states}")
            time.sleep(0.2)
