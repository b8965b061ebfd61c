"""Prints the table: what each tool cost, and how its verdicts stand beside what was planted.

    score.py TRUTH COSTS

COSTS has a line for each tool: name, accounts it was asked about, wall and CPU seconds, peak KiB, requests, and the file of
its rows, separated by tabs. Each trail is scored for each of the two controls. Trails are those that any tool saw.
"""

import csv
import json
import sys

from controls import ENCRYPTED, LOG_GROUP

CONTROLS = (ENCRYPTED, LOG_GROUP)


def main(truth_file, costs_file):
    with open(truth_file) as file:
        defects = [defect for defect in json.load(file)["defects"] if defect["rule"] in CONTROLS]
    truth = {(defect["rule"], defect["resource_id"]): defect["verdict"] for defect in defects if defect["resource_id"]}
    with open(costs_file) as file:
        tools = [line.rstrip("\n").split("\t") for line in file]
    said = {name: read(rows) for name, *_, rows in tools}
    trails = {trail for _, trail in truth} | {trail for rows in said.values() for _, trail in rows}
    head = ("tool", "accounts", "wall s", "CPU s", "peak MB", "requests", "right", "wrong", "silent", "said twice")
    print("| " + " | ".join(head) + " |")
    print("| --- " + "| ---: " * (len(head) - 1) + "|")
    for name, accounts, wall, cpu, peak, requests, _ in tools:
        asked = [(control, trail) for control in CONTROLS for trail in sorted(trails) if within(trail, accounts)]
        right = wrong = silent = 0
        for subject in asked:
            verdicts = set(said[name].get(subject, ()))
            right += verdicts == {truth.get(subject, "pass")}
            silent += not verdicts
        wrong = len(asked) - right - silent
        twice = sum(len(verdicts) - 1 for verdicts in said[name].values())
        count = "all" if accounts == "all" else len(accounts.split(","))
        cost = f"{float(wall):.2f} | {float(cpu):.2f} | {float(peak) / 1024:.0f} | {requests}"
        print(f"| {name} | {count} | {cost} | {right} | {wrong} | {silent} | {twice} |")


def read(path):
    """Every verdict a tool gave, by control and trail."""
    said = {}
    with open(path, newline="") as file:
        for control, verdict, _account, _region, trail in csv.reader(file):
            said.setdefault((control, trail), []).append(verdict)
    return said


def within(trail, accounts):
    return accounts == "all" or trail.split(":")[4] in accounts.split(",")


main(*sys.argv[1:])
