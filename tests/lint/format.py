#!/usr/bin/python3
"""Every source looks as .clang-format says. To repair: clang-format-19 -i FILE"""
import house


def findings(file):
    status, said = house.output_of("clang-format-19", "--dry-run", "-Werror", file)
    return said.splitlines() if status else []


house.check(findings, house.sources())
