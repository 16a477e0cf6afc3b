"""A certificate authority for one test. It also issues what nobody should accept."""

import ssl
import subprocess

CONFIG = """
[ca]
default_ca = ours
[ours]
new_certs_dir = {folder}
database = {folder}/index
serial = {folder}/serial
policy = any
unique_subject = no
default_md = sha256
copy_extensions = copy
[any]
commonName = supplied
"""
NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


class Authority:
    def __init__(self, folder):
        folder.mkdir()
        self._folder = folder
        self._config = folder / "ca.cnf"
        self._config.write_text(CONFIG.format(folder=folder))
        (folder / "index").touch()
        (folder / "serial").write_text("01")
        self.certificate = folder / "ca.pem"
        self._run(f"req -x509 {NEW_KEY} -days 2 -subj /CN=authority", self._key, self.certificate)

    def issue(self, name, starts="20200101000000Z", ends="20490101000000Z"):
        """An SSL context of a server named `name`, valid between the two dates."""
        return serving(*self.files(name, starts, ends))

    def files(self, name, starts="20200101000000Z", ends="20490101000000Z"):
        """(certificate, private key), PEM files."""
        request, certificate = self._folder / f"{name}.csr", self._folder / f"{name}.pem"
        key = self._folder / f"{name}.key"
        self._run(f"req {NEW_KEY} -subj /CN={name} -addext subjectAltName=DNS:{name}", key, request)
        sign = f"ca -batch -notext -config {self._config} -startdate {starts} -enddate {ends}"
        sign += f" -cert {self.certificate} -keyfile {self._key} -in {request} -out {certificate}"
        subprocess.run(["openssl", *sign.split()], check=True, capture_output=True)
        return certificate, key

    @property
    def _key(self):
        return self._folder / "ca.key"

    @staticmethod
    def _run(command, key, out):
        paths = ["-keyout", str(key), "-out", str(out)]
        subprocess.run(["openssl", *command.split(), *paths], check=True, capture_output=True)


def serving(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
