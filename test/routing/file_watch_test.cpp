#include "routing/file_watch.hpp"

#include "test/routing/tenants.hpp"

namespace gatehouse::routing {
namespace {

// Runs until the watch calls, at most 5 s.
struct Fixture {
  Directory directory;
  net::io_context context;
  int calls = 0;
  std::unique_ptr<FileWatch> watch;

  void start(const std::filesystem::path& path) {
    watch = std::make_unique<FileWatch>(context.get_executor(), path, [this] {
      ++calls;
      context.stop();
    });
  }
  bool called() {
    const int before = calls;
    context.restart();
    context.run_for(5s);
    return calls > before;
  }
};

TEST_CASE("file watch: a file that is written in place, replaced by rename, and removed") {
  Fixture f;
  const auto file = f.directory.write("tenants.yaml", "a");
  f.start(file);
  f.directory.write("tenants.yaml", "b");
  CHECK(f.called());
  std::filesystem::rename(f.directory.write("new", "c"), file);
  CHECK(f.called());
  std::filesystem::remove(file);
  CHECK(f.called());
  f.directory.write("tenants.yaml", "d");
  CHECK(f.called());
}

TEST_CASE("file watch: a symbolic link whose target is swapped, as Kubernetes does it") {
  Fixture f;
  const auto& root = f.directory.path;
  for (const char* version : {"..1", "..2"}) {
    std::filesystem::create_directory(root / version);
    f.directory.write(std::string(version) + "/tenants.yaml", version);
  }
  std::filesystem::create_symlink("..1", root / "..data");
  std::filesystem::create_symlink("..data/tenants.yaml", root / "tenants.yaml");
  f.start(root / "tenants.yaml");
  std::filesystem::create_symlink("..2", root / "..new");
  std::filesystem::rename(root / "..new", root / "..data");
  CHECK(f.called());
}

TEST_CASE("file watch: a directory's files that come, change and go") {
  Fixture f;
  f.start(f.directory.path);
  const auto file = f.directory.write("a.yaml", "a");
  CHECK(f.called());
  f.directory.write("a.yaml", "b");
  CHECK(f.called());
  std::filesystem::remove(file);
  CHECK(f.called());
}

TEST_CASE("file watch: a change that inotify is silent about is found by looking") {
  Fixture f;
  f.directory.write("real", "a");
  std::filesystem::create_directory(f.directory.path / "d");
  std::filesystem::create_symlink("../real", f.directory.path / "d" / "link.yaml");
  f.start(f.directory.path / "d" / "link.yaml");
  f.directory.write("real", "longer");
  CHECK(f.called());
}

TEST_CASE("file watch: it may be destroyed with looks under way, and from its own call") {
  Fixture f;
  f.start(f.directory.write("a.yaml", "a"));
  f.watch.reset();
  f.context.run_for(5s);
  CHECK(f.context.stopped());
  CHECK(f.calls == 0);

  f.context.restart();
  f.watch = std::make_unique<FileWatch>(f.context.get_executor(), f.directory.path / "a.yaml", [&] {
    f.watch.reset();
    ++f.calls;
  });
  f.directory.write("a.yaml", "b");
  f.context.run_for(5s);
  CHECK(f.calls == 1);
}

}  // namespace
}  // namespace gatehouse::routing
