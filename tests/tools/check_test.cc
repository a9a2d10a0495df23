// `unrepro check` as a person runs it, on projects of a line.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tools/check/container.h"
#include "tools/check/tree.h"

namespace unrepro::check {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string out, err;
};

class Check : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "unrepro-test.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::create_directories(folder_ / "source/sub");
    fs::create_directories(folder_ / "tmp");
    std::ofstream(folder_ / "source/sub/input") << "text\n";
    fs::create_symlink("sub/input", folder_ / "source/link");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string read(const fs::path& name) {
    std::ostringstream text;
    text << std::ifstream(name, std::ios::binary).rdbuf();
    return text.str();
  }

  pid_t start(std::vector<std::string> arguments) const {
    const pid_t child = fork();
    if (child != 0) return child;
    arguments.insert(arguments.begin(), {UNREPRO_PROGRAM, "check"});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    dup2(open((folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open((folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    setenv("TMPDIR", (folder_ / "tmp").c_str(), 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    if (chdir((folder_ / "source").c_str()) == 0) execv(argv[0], argv.data());
    _exit(127);
  }
  Outcome finish(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder_ / "out"),
            read(folder_ / "err")};
  }
  // The clock is left alone unless asked for: it makes every build wait.
  Outcome run(std::vector<std::string> arguments, const char* vary = "--vary=-time") const {
    arguments.insert(arguments.begin(), vary);
    return finish(start(std::move(arguments)));
  }
  bool left_nothing() const {
    return fs::is_empty(folder_ / "tmp") && snapshot(folder_ / "source").size() == 2;
  }

  fs::path folder_;
};

TEST_F(Check, IsGreenWhenBuildsAreIdentical) {
  const Outcome done = run({"--", "cp sub/input result"});
  EXPECT_EQ(done.status, 0) << done.err << done.out;
  EXPECT_TRUE(done.out.starts_with("GREEN")) << done.out;
  EXPECT_TRUE(left_nothing());
}

TEST_F(Check, SaysThatAContainerIsNotReached) {
  const Outcome done =
      run({"--", "bash", "-c", "true || sudo /usr/bin/podman build .; cp sub/input result"}, "--vary=umask");
  EXPECT_TRUE(done.out.starts_with("GREEN, EXCEPT umask")) << done.err << done.out;
  EXPECT_NE(done.out.find("does not reach inside of podman"), std::string::npos) << done.out;
  const Outcome other = run({"--", "cp sub/input podman.txt; mv podman.txt result"}, "--vary=umask");
  EXPECT_EQ(other.out.find("EXCEPT"), std::string::npos) << other.out;
}

TEST_F(Check, SeesContainersThatAScriptStarts) {
  std::ofstream(folder_ / "source/podman") << "#!/bin/sh\ncp sub/input result\n";
  fs::permissions(folder_ / "source/podman", fs::perms::owner_all);
  const std::string programs[] = {"./podman build .\n", "exec ./podman build .\n",
                                  "python3 -c 'import subprocess as s; s.run([\"./podman\", \"build\"])'\n",
                                  "perl -e 'system(\"./podman\", \"build\")'\n",
                                  "printf 'all:\\n\\t./podman build .\\n' | make -f -\n"};
  for (const std::string& line : programs) {
    std::ofstream(folder_ / "source/script") << line;
    const Outcome done = run({"--artifacts", "result", "--", "sh", "script"}, "--vary=umask");
    EXPECT_TRUE(done.out.starts_with("GREEN, EXCEPT umask")) << line << done.err << done.out;
    EXPECT_NE(done.out.find("does not reach inside of podman"), std::string::npos) << done.out;
  }
}

// The stand-in runs ./recipe as podman runs a RUN line: with the volumes, and without our environment.
TEST_F(Check, VariesInsideOfAnImageBuild) {
  std::ofstream(folder_ / "source/podman") << R"sh(#!/bin/sh
echo "$@"
for word; do case $word in *:/run/unrepro) inside=${word%:*};; esac; done
export inside
exec unshare --mount sh -c 'mount -t tmpfs none /run && mkdir /run/unrepro && mount --bind $inside /run/unrepro &&
  umask 022 && exec env -i PATH=/usr/bin:/bin LD_PRELOAD="$(cat $inside/preload)" sh ./recipe'
)sh";
  fs::permissions(folder_ / "source/podman", fs::perms::owner_all);
  const auto built = [&](const std::string& recipe, const char* vary) {
    std::ofstream(folder_ / "source/recipe") << recipe;
    const std::vector<std::string> check = {
        "--format", "json", "--artifacts", "result", "--keep", (folder_ / "keep").string(), "--"};
    std::vector<std::string> arguments = check;
    arguments.insert(arguments.end(), {"nice", "-n", "1", "./podman", "--log-level", "info", "build", "."});
    fs::remove_all(folder_ / "keep");
    return run(arguments, vary);
  };
  constexpr char kVary[] = "--vary=umask,timezone,environment,user-home";
  const Outcome red = built("{ umask; date +%z; echo $UNREPRO_VARIED_VARIABLE; } > result\n", kVary);
  if (red.err.find("unshare failed") != std::string::npos) GTEST_SKIP() << "no namespaces of mounts";
  const auto result = nlohmann::json::parse(red.out);
  std::map<std::string, bool> effective;
  for (const auto& each : result["variations"]) effective[each["id"]] = each["effective"];
  EXPECT_EQ(effective, (std::map<std::string, bool>{
                           {"environment", true}, {"timezone", true}, {"umask", true}, {"user-home", false}}))
      << red.out;
  EXPECT_EQ(read(folder_ / "keep/artifacts/1/source/result"), "0022\n+0000\n\n");
  EXPECT_EQ(read(folder_ / "keep/artifacts/2/source/result"), "0002\n+1245\nunrepro-varied-value\n");
  const std::string log = read(folder_ / "keep/logs/2.log");
  EXPECT_EQ(log.find("--log-level info build --volume"), 0u) << log;
  EXPECT_NE(log.find("/inside/preload:/etc/ld.so.preload:ro --no-cache --uts=host .\n"), std::string::npos)
      << log;

  // Where nothing of the image loads our library, nothing is taken for varied.
  const auto unseen = [&](const std::string& id) {
    std::ofstream(folder_ / "source/podman") << "#!/bin/sh\necho > result\n";
    const Outcome green = built("", ("--vary=" + id).c_str());
    return nlohmann::json::parse(green.out)["variations"][0]["why_not"].get<std::string>();
  };
  EXPECT_EQ(unseen("umask"), "does not reach inside of podman");
  EXPECT_EQ(unseen("parallelism"), "does not reach inside of podman");
}

TEST(Container, FindsTheArgumentsOfAnImageBuild) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(image_build_arguments(Words{"podman", "build", "."}), 2u);
  EXPECT_EQ(image_build_arguments(Words{"sudo", "-E", "A=b", "/usr/bin/buildah", "--root", "/r", "bud"}), 7u);
  EXPECT_EQ(image_build_arguments(Words{"podman", "--log-level=info", "image", "build", "."}), 4u);
  for (const Words& other : {Words{"podman", "run", "image", "build"}, Words{"podman", "--remote", "build"},
                             Words{"sh", "podman", "build"}, Words{"docker", "build"}, Words{"podman"},
                             Words{}, Words{"podman build ."}, Words{"podman", "image"}}) {
    EXPECT_EQ(image_build_arguments(other), 0u);
  }
}

TEST_F(Check, ProvesTheTrigger) {
  const Outcome done = run({"--prove", "--format", "json", "--", "pwd > result"});
  EXPECT_EQ(done.status, 1) << done.err;
  const auto result = nlohmann::json::parse(done.out);
  ASSERT_EQ(result["triggers"].size(), 1u) << done.out;
  EXPECT_EQ(result["triggers"][0]["variation"], "build-path");
  EXPECT_EQ(result["triggers"][0]["cause"], "build-path");
  EXPECT_EQ(result["triggers"][0]["marker"], true);
  EXPECT_EQ(result["table"]["result"]["build-path"][0], "build-path");
  EXPECT_EQ(result["report"]["schema"], "unrepro.report/1");
  EXPECT_TRUE(left_nothing());
}

TEST_F(Check, CarriesTheExperimentIntoTheReport) {
  const std::string html = (folder_ / "page.html").string();
  const Outcome done = run({"--prove", "--format", "json", "--html", html, "--artifacts", "o/*", "--",
                            "mkdir o; printf 'x%s\\n' $PWD > o/text; umask > o/mode"});
  const auto result = nlohmann::json::parse(done.out);
  const auto& report = result["report"];
  std::map<std::string, std::string> observed;
  for (const auto& each : report["observations"]) observed[each["file"]] = each["variation"];
  EXPECT_EQ(observed, (std::map<std::string, std::string>{{"o/mode", "umask"}, {"o/text", "build-path"}}))
      << done.out;
  std::uint64_t bytes = 0;
  for (const auto& finding : report["findings"]) {
    if (finding["derived"]) continue;
    EXPECT_EQ(finding["proof"], "observed") << finding;
    EXPECT_EQ(finding["observed"].size(), 1u);
    EXPECT_NE(finding["cause"], "unexplained");
    bytes += finding["bytes"].get<std::uint64_t>();
  }
  EXPECT_EQ(report["accounting"]["by_proof"]["observed"], bytes);
  EXPECT_EQ(report["accounting"]["unexplained_bytes"], 0);
  EXPECT_EQ(report["verdict"], "divergent");  // observed never lifts what decides behaviour
  EXPECT_EQ(report["divergence"], "known");
  EXPECT_NE(read(html).find("\"variation\": \"umask\""), std::string::npos);
}

TEST_F(Check, LeavesOptionsOfTheBuildToIt) {
  const Outcome done = run(
      {"--", "sh", "-ec", "echo \"$1\" \"$2\" > result; test \"$1$2\" = --prove--", "sh", "--prove", "--"});
  EXPECT_EQ(done.status, 0) << done.err;
}

TEST_F(Check, VariesTheClock) {
  const Outcome done = run({"--prove", "--format", "json", "--", "date -u > result"}, "--vary=time,umask");
  EXPECT_EQ(done.status, 1) << done.err;
  const auto result = nlohmann::json::parse(done.out);
  if (!result["variations"][0]["effective"]) GTEST_SKIP() << "no libfaketime";
  ASSERT_EQ(result["triggers"].size(), 1u) << done.out;
  EXPECT_EQ(result["triggers"][0]["variation"], "time");
  EXPECT_EQ(result["triggers"][0]["cause"], "build-timestamp");
}

TEST_F(Check, SaysWhatDiffersByItself) {
  const Outcome done = run({"--prove", "--format", "json", "--", "cat /proc/sys/kernel/random/uuid > result"},
                           "--vary=repeat,umask");
  EXPECT_EQ(done.status, 1) << done.err;
  const auto result = nlohmann::json::parse(done.out);
  ASSERT_EQ(result["triggers"].size(), 1u) << done.out;
  EXPECT_EQ(result["triggers"][0]["variation"], "repeat");
  EXPECT_EQ(result["builds"].size(), 3u);
}

TEST_F(Check, NamesWhatBreaksTheBuild) {
  const Outcome done =
      run({"--", "test -z \"$UNREPRO_VARIED_VARIABLE\" || { echo broken; exit 3; }; echo > result"});
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.err.find("the build with environment varied failed with status 3"), std::string::npos)
      << done.err;
  EXPECT_NE(done.err.find("| broken"), std::string::npos) << done.err;
  EXPECT_TRUE(left_nothing());
}

TEST_F(Check, SaysThatABuildFails) {
  EXPECT_EQ(run({"--", "exit 4"}).err,
            "unrepro: the build with nothing varied failed with status 4; its output ended with\n\n");
  const Outcome nothing = run({"--", "true"});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_NE(nothing.err.find("left no artifacts"), std::string::npos);
  const Outcome missing = run({"--", "./no-such-program"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("failed with status 127"), std::string::npos);
  const Outcome slow = run({"--timeout", "1s", "--", "sleep 60 & sleep 60"});
  EXPECT_EQ(slow.status, 2);
  EXPECT_NE(slow.err.find("took longer than 1 s"), std::string::npos);
  EXPECT_TRUE(left_nothing());
}

TEST_F(Check, ComparesWithARelease) {
  std::ofstream(folder_ / "released") << "text\n";
  const std::string released = (folder_ / "released").string();
  EXPECT_EQ(run({"--against", released, "--", "cp sub/input result"}).status, 0);
  EXPECT_EQ(run({"--against", released, "--", "echo other > result"}).status, 1);
  const Outcome unclear = run({"--against", released, "--", "echo other > result; echo > more"});
  EXPECT_EQ(unclear.status, 2);
  EXPECT_NE(unclear.err.find("choose one with --artifacts"), std::string::npos);
}

TEST_F(Check, KeepsLogsAndArtifacts) {
  const fs::path keep = folder_ / "keep";
  EXPECT_EQ(run({"--keep", keep.string(), "--", "echo said; cp sub/input result"}).status, 0);
  EXPECT_EQ(read(keep / "logs/1.log"), "said\n");
  EXPECT_EQ(read(keep / "artifacts/2/source/result"), "text\n");
  EXPECT_EQ(run({"--keep", keep.string(), "--", "true"}).status, 2) << "not empty";
}

TEST_F(Check, LeavesNothingWhenInterrupted) {
  const pid_t child = start({"--", "sleep 47.11; echo > result"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_FALSE(fs::is_empty(folder_ / "tmp"));
  kill(child, SIGINT);
  EXPECT_EQ(finish(child).status, 128 + SIGINT);
  EXPECT_TRUE(left_nothing());
}

TEST_F(Check, RefusesUnknownVariations) {
  const Outcome done = run({"--", "true"}, "--vary=weather");
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.err.find("--vary knows no 'weather', but repeat, build-path"), std::string::npos)
      << done.err;
}

TEST(Tree, MatchesPatterns) {
  EXPECT_TRUE(matches("out/*.deb", "out/a.deb"));
  EXPECT_FALSE(matches("*.deb", "out/a.deb"));
  EXPECT_TRUE(matches("out/**", "out/a/b"));
}

}  // namespace
}  // namespace unrepro::check
