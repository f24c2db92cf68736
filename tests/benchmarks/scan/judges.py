"""The ecosystems' own tools as judges of how two versions compare, where they are on this machine.

A judge is a program that reads lines `A B` and answers each with -1, 0, 1, or x for "that is no
version". Each is a few lines in its own language around the ecosystem's own code:

- npm: `semver` of the npm that comes with node
- RubyGems: `Gem::Version` of the Ruby on the PATH
- Composer: `composer/semver` in `$JUDGES/composer-semver/autoload.php`, with the PHP on the PATH
- Maven: `ComparableVersion` in `$JUDGES/maven-artifact.jar` (with `commons-lang3.jar` beside it),
  or in the local repository of Maven, with the JDK on the PATH
- Go, Cargo, Hex, NuGet and Pub: a program `$JUDGES/golang` (`cargo`, `hex`, ...) that does as above
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Pair = tuple[str, str]

NODE = """
const semver = require(process.argv[1]);
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const [a, b] = line.split(' ');
  try { console.log(semver.compare(a, b)) } catch { console.log('x') }
});
"""
RUBY = """
STDIN.each_line do |line|
  a, b = line.chomp.split(' ')
  begin
    puts(Gem::Version.new(a) <=> Gem::Version.new(b))
  rescue ArgumentError
    puts 'x'
  end
end
"""
PHP = """
require $argv[1];
$parser = new Composer\\Semver\\VersionParser;
while (($line = fgets(STDIN)) !== false) {
  [$a, $b] = explode(' ', rtrim($line, "\\n"));
  try { echo version_compare($parser->normalize($a), $parser->normalize($b)), "\\n"; }
  catch (UnexpectedValueException $e) { echo "x\\n"; }
}
"""
JAVA = """
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Judge {
  public static void main(String[] given) throws Exception {
    var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] pair = line.split(" ");
      var first = new ComparableVersion(pair[0]);
      System.out.println(Integer.signum(first.compareTo(new ComparableVersion(pair[1]))));
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Judge:
    """One tool: what it is, and the command that asks it."""

    name: str
    command: tuple[str, ...]

    def answers(self, pairs: Sequence[Pair]) -> list[int | None]:
        """How each pair compares: -1, 0 or 1; None: the tool gives no answer."""
        asked = "".join(f"{left} {right}\n" for left, right in pairs)
        done = subprocess.run(self.command, input=asked, capture_output=True, text=True, check=True)
        told = done.stdout.split()
        assert len(told) == len(pairs), done.stderr[-500:]
        return [None if each == "x" else max(-1, min(1, int(each))) for each in told]


@cache
def judges(scratch: Path) -> dict[str, Judge]:
    """The judges that are here, by type of purl. `scratch` is where one may be compiled."""
    found = {"npm": _npm(), "gem": _gem(), "composer": _composer(), "maven": _maven(scratch)}
    found |= {kind: _program(kind) for kind in ("golang", "cargo", "hex", "nuget", "pub")}
    return {kind: judge for kind, judge in found.items() if judge is not None}


def _program(kind: str) -> Judge | None:
    program = _given(kind)
    return None if program is None else Judge(f"{kind}'s own", (str(program),))


def _npm() -> Judge | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    code = Path(npm).resolve().parents[1] / "node_modules" / "semver"
    return Judge("node-semver", (node, "-e", NODE, str(code))) if code.is_dir() else None


def _gem() -> Judge | None:
    ruby = shutil.which("ruby")
    return None if ruby is None else Judge("Gem::Version", (ruby, "-e", RUBY))


def _composer() -> Judge | None:
    php, code = shutil.which("php"), _given("composer-semver/autoload.php")
    if php is None or code is None:
        return None
    return Judge("composer/semver", (php, "-r", PHP, "--", str(code)))


def _maven(scratch: Path) -> Judge | None:
    java, compiler = shutil.which("java"), shutil.which("javac")
    jars = list(_jars())
    if java is None or compiler is None or not jars:
        return None
    source = scratch / "Judge.java"
    source.write_text(JAVA, encoding="utf-8")
    path = os.pathsep.join((str(scratch), *map(str, jars)))
    subprocess.run([compiler, "-cp", path, "-d", str(scratch), str(source)], check=True)
    return Judge(f"Maven ({jars[0].stem})", (java, "-cp", path, "Judge"))


def _jars() -> Iterator[Path]:
    """The newest of each that is needed."""
    given = _given("maven-artifact.jar"), _given("commons-lang3.jar")
    local = Path.home() / ".m2" / "repository" / "org" / "apache"

    def newest(glob: str) -> Path | None:
        return max(local.glob(glob), default=None)

    found = (
        given[0] or newest("maven/maven-artifact/3.9*/maven-artifact-3.9*.jar"),
        given[1] or newest("commons/commons-lang3/*/commons-lang3-*.jar"),
    )
    if found[0] is not None:
        yield from (jar for jar in found if jar is not None)


def _given(name: str) -> Path | None:
    folder = os.environ.get("JUDGES")
    file = Path(folder) / name if folder else None
    return file if file is not None and file.exists() else None
