// The built program, as a person runs it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../analyzer/sample_reports.h"
#include "analyzer/report_json.h"
#include "analyzer/report_text.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/report_reader.h"
#include "tools/unrepro/signals.h"

namespace unrepro::tool {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string out, err;
};

class Program : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "unrepro-test.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  static std::string read(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(name, std::ios::binary).rdbuf();
    return text.str();
  }

  // Runs the program in the folder; an `out` of its own may be given as a file to open.
  Outcome run(std::vector<std::string> arguments, const std::string& out = {}) const {
    const std::string out_path = out.empty() ? path(".out") : out;
    const pid_t child = fork();
    if (child == 0) {
      std::vector<char*> argv;
      std::string program = UNREPRO_PROGRAM;
      argv.push_back(program.data());
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      dup2(open(out_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
      dup2(open(path(".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
      if (chdir(folder_.c_str()) == 0) execv(argv[0], argv.data());
      _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out.empty() ? read(path(".out")) : "",
            read(path(".err"))};
  }

  fs::path folder_;
};

TEST_F(Program, SaysHowItIsUsed) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({}).err, "unrepro: nothing to compare\nTry 'unrepro --help'.\n");
  EXPECT_EQ(run({}).out, "");
  EXPECT_EQ(run({"--help"}).status, 0);
  EXPECT_EQ(run({"--help"}).err, "");
  EXPECT_EQ(run({"--version"}).out, "unrepro " + std::string(tool_version()) + "\n");
}

TEST_F(Program, ExplainsCauses) {
  const Outcome one = run({"explain", "build-path"});
  EXPECT_EQ(one.status, 0);
  EXPECT_TRUE(one.out.starts_with("build-path  build directory recorded\n")) << one.out;
  EXPECT_NE(one.out.find("-ffile-prefix-map"), std::string::npos);
  EXPECT_NE(run({"explain"}).out.find("\n  unexplained"), std::string::npos);
  const Outcome near = run({"explain", "buidl-path"});
  EXPECT_EQ(near.status, 2);
  EXPECT_EQ(
      near.err,
      "unrepro: no cause is called 'buidl-path'; did you mean build-path? ('unrepro explain' lists all)\n");
  EXPECT_EQ(run({"explain", "quite-another-thing"}).err.find("did you mean"), std::string::npos);
  EXPECT_EQ(run({"explain", "\x1b[2J"}).err.find('\x1b'), std::string::npos);
}

TEST_F(Program, ShowsAFindingAsTheReportDid) {
  const Report report = divergent_report();
  const std::string file = write("report.json", report_json(report));
  for (const Finding& finding : report.findings) {
    const Outcome shown = run({"show", file, std::to_string(finding.id)});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_EQ(shown.out, finding_text(report, finding, {100, false}));
  }
  EXPECT_EQ(run({"show", file, "10"}).err, "unrepro: no finding 10: the report lists 9\n");
  EXPECT_EQ(run({"show", file, "10"}).status, 2);
  const std::string residue = write("residue.json", report_json(residue_report()));
  EXPECT_EQ(run({"show", residue, "501"}).err,
            "unrepro: no finding 501: the report lists 500 and omits 240 (see --max-findings)\n");
}

TEST_F(Program, RefusesWhatIsNoReport) {
  const auto error = [&](const std::string& text) {
    write("r.json", text);
    const Outcome outcome = run({"show", "r.json", "1"});
    EXPECT_EQ(outcome.status, 2);
    return outcome.err;
  };
  EXPECT_EQ(error("{"), "unrepro: r.json: not a JSON document\n");
  EXPECT_EQ(error("[]"), "unrepro: r.json: not a report of schema unrepro.report/1\n");
  EXPECT_EQ(error(R"({"schema": "unrepro.report/2\u001b"})").find('\x1b'), std::string::npos);
  EXPECT_EQ(error(R"({"schema": "unrepro.report/1"})"), "unrepro: r.json: findings should be a list\n");
  EXPECT_EQ(error(R"({"schema": "unrepro.report/1", "findings": [{"id": -1}]})"),
            "unrepro: r.json: findings[0].id should be a whole number\n");
  EXPECT_EQ(error(R"({"schema": "unrepro.report/1", "findings": [7]})"),
            "unrepro: r.json: findings[0]. should be an object\n");
  EXPECT_EQ(run({"show", "missing.json", "1"}).err,
            "unrepro: cannot read missing.json: No such file or directory\n");
  EXPECT_EQ(run({"show", ".", "1"}).status, 2);
}

TEST_F(Program, ReadsBackEveryFindingThatItWrites) {
  for (const Report& report : {alert_report(), equivalent_report(), residue_report()}) {
    const auto back = read_report(write("r.json", report_json(report)));
    ASSERT_TRUE(back.has_value()) << back.error().message;
    ASSERT_EQ(back->findings.size(), report.findings.size());
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
      EXPECT_EQ(finding_text(*back, back->findings[i], {80, false}),
                finding_text(report, report.findings[i], {80, false}));
    }
  }
}

TEST_F(Program, WritesEveryFormAtOnceAndOneToStandardOutput) {
  write("a", "built in /build/frob-1.0/src\n");
  write("b", "built in /srv/rebuild/frob-1.0/src\n");
  const Outcome all =
      run({"a", "b", "--text", "t", "--json", "j", "--markdown", "m", "--sarif", "s", "--junit", "x",
           "--gitlab", "g", "--html", "h", "--github", "--reference-time", "2024-06-01"});
  EXPECT_EQ(all.status, 1) << all.err;
  EXPECT_TRUE(all.out.starts_with("::error file=a,title=unrepro::")) << all.out;
  EXPECT_NE(read(path("m")).find("## unrepro: "), std::string::npos);
  EXPECT_NE(read(path("s")).find("\"version\": \"2.1.0\""), std::string::npos);
  EXPECT_TRUE(read(path("x")).starts_with("<?xml version=\"1.0\""));
  EXPECT_TRUE(read(path("g")).starts_with("["));
  EXPECT_TRUE(read(path("h")).starts_with("<!DOCTYPE html>"));
  EXPECT_EQ(run({"a", "b", "--format", "junit"}).out, read(path("x")));
  EXPECT_EQ(run({"a", "b", "--html", "-", "--reference-time", "2024-06-01"}).out, read(path("h")));
}

TEST_F(Program, ReadsABaselineOnlyWhenToldTo) {
  const std::string left = std::string(UNREPRO_TESTDATA) + "/data/demo/left.deb";
  const std::string right = std::string(UNREPRO_TESTDATA) + "/data/demo/right.deb";
  EXPECT_EQ(run({left, right, "--update-baseline"}).status, 2);  // of which?
  EXPECT_EQ(run({left, right, "--baseline", "b.toml"}).err, "unrepro: cannot read b.toml\n");
  const std::vector<std::string> now = {left,         right,        "--reference-time",
                                        "2024-06-01", "--baseline", "b.toml"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), now.begin(), now.end());
    return run(more);
  };
  EXPECT_EQ(with({"--update-baseline"}).status, 1);
  const Outcome accepted = with({});
  EXPECT_EQ(accepted.status, 0) << accepted.out;
  EXPECT_TRUE(accepted.out.starts_with("EXPLAINED")) << accepted.out;  // the verdict stays
  EXPECT_NE(accepted.out.find("baseline: accepts "), std::string::npos) << accepted.out;
  const Outcome late = run({left, right, "--baseline", "b.toml", "--reference-time", "2024-09-01"});
  EXPECT_EQ(late.status, 1);
  EXPECT_NE(late.out.find("baseline: expired on 2024-08-30, not applied: "), std::string::npos) << late.out;
  fs::rename(path("b.toml"), path(".unrepro.toml"));
  EXPECT_EQ(run({left, right}).status, 1);
  write("bad.toml", "[[accept]]\ncause = \"unexplained\"\n");
  EXPECT_EQ(run({left, right, "--baseline", "bad.toml"}).status, 2);
}

TEST_F(Program, SaysWhichInputIsMissing) {
  const Outcome outcome = run({"no-such-left", "no-such-right"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("unrepro: "), std::string::npos);
  EXPECT_NE(outcome.err.find("no-such-left"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Program, SaysWhichOutputCannotBeWritten) {
  write("a", "same");
  const Outcome outcome = run({"a", "a", "--json", "no/such/folder/r.json"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "unrepro: cannot write no/such/folder/r.json: No such file or directory\n");
  EXPECT_EQ(run({"--help"}, "/dev/full").status, 2);
}

TEST_F(Program, LeavesNoTemporaryFileBehindAFailure) {
  EXPECT_EQ(run({"no-such-left", "no-such-right", "--json", "r.json", "--text", "r.txt"}).status, 2);
  for (const auto& entry : fs::directory_iterator(folder_)) {
    EXPECT_TRUE(entry.path().filename() == ".out" || entry.path().filename() == ".err") << entry.path();
  }
}

TEST_F(Program, OutputsAppearWholeOrNotAtAll) {
  const std::string target = write("report", "old");
  chmod(target.c_str(), 0640);
  {
    auto output = Output::open(target);
    ASSERT_TRUE(output.has_value());
    (*output)->write("new");
    EXPECT_EQ(read(target), "old");
  }
  EXPECT_EQ(read(target), "old");
  fs::create_symlink(target, path("link"));
  auto output = Output::open(path("link"));
  ASSERT_TRUE(output.has_value());
  (*output)->write("new");
  EXPECT_TRUE((*output)->commit().has_value());
  EXPECT_EQ(read(target), "new");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(fs::status(target).permissions(), fs::perms(0640));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

// What the handlers do, in a child that interrupts itself.
template <class Work>
int status_of_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    install_signal_handlers();
    work();
    _exit(99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Program, AnInterruptRemovesTemporaryFiles) {
  EXPECT_EQ(status_of_child([&] {
              const auto output = Output::open(path("r.json"));
              if (fs::is_empty(folder_)) _exit(98);
              raise(SIGINT);
            }),
            130);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Program, AnInputThatShrinksIsTroubleAndNoCrash) {
  const std::string file = write("input", std::string(8192, 'x'));
  EXPECT_EQ(status_of_child([&] {
              const int descriptor = open(file.c_str(), O_RDWR);
              const auto* bytes = static_cast<const volatile char*>(
                  mmap(nullptr, 8192, PROT_READ, MAP_SHARED, descriptor, 0));
              if (ftruncate(descriptor, 0) == 0) static_cast<void>(bytes[5000]);
            }),
            2);
}

TEST_F(Program, AClosedPipeIsNoTrouble) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execl(UNREPRO_PROGRAM, UNREPRO_PROGRAM, "explain", nullptr);
    _exit(127);
  }
  close(ends[1]);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace unrepro::tool
