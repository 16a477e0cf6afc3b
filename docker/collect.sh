#!/bin/sh
# Copies an installed program and what it needs to run into a folder that becomes an image: the libraries it loads,
# the certificate authorities, a user, the SBOM. Run in the `install` stage of the Dockerfile.
#
#   collect.sh FOLDER PROGRAM
set -eu

root=$1
program=/usr/bin/$2
mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/etc/spillway" "$root/usr/share/spillway" "$root/tmp"
chmod 1777 "$root/tmp"
cp "$program" "$root/usr/bin/"

# `ldd` prints the loader and every library as an absolute path; links are followed, the names stay.
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'spillway:x:10001:10001:Spillway:/nonexistent:/nonexistent' >"$root/etc/passwd"
echo 'spillway:x:10001:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cp /usr/share/spillway/spillway.spdx.json "$root/usr/share/spillway/"
