#!/usr/bin/env python3
"""Fails where a dependency, of the tests too, wants a newer Rust than Cargo.toml's rust-version."""

import json
import subprocess
import sys


def number(version):
    return tuple(map(int, (version.split(".") + ["0", "0"])[:3]))


metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"]))
packages = metadata["packages"]
own = next(package for package in packages if package["name"] == "socktutor")
stated = own["rust_version"]
newer = [
    f"{package['name']} {package['version']} wants Rust {package['rust_version']}"
    for package in packages
    if package["rust_version"] and number(package["rust_version"]) > number(stated)
]
print(f"rust-version {stated}, {len(packages)} packages")
sys.exit("\n".join(newer))
