#include "platform/base/id.h"
#include "platform/config/flags.h"
#include "platform/rpc/client.h"
#include "platform/runtime/offload.h"
#include "platform/telemetry/log.h"
#include "tests/integration/payments/world.h"

#include <absl/flags/flag.h>
#include <absl/strings/str_format.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

ABSL_FLAG(int, callers, 64, "callers at a time, and pgbench's clients");
ABSL_FLAG(int, seconds, 8, "length of each measurement");

// How many payments a second are created durably, against pgbench running one equivalent
// transaction (idempotency key, payment, event: one statement, one round trip) for each payment in
// the same database.
namespace tamarack::payments {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Bounds a run on any machine.
constexpr int kPaymentsMax = 1'000'000;

struct Result {
  int64_t count = 0;
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

// Runs `call(n)` over and over in `callers` coroutines on `executor`.
Result Measure(asio::any_io_executor executor, int callers, std::chrono::seconds length,
               const std::function<AsyncStatus(int)>& call) {
  std::vector<double> took;  // touched on the executor's thread only
  std::atomic<int> running = callers;
  std::promise<void> done;
  int next = 0;
  auto begin = Clock::now();
  auto caller = [&]() -> asio::awaitable<void> {
    while (Clock::now() - begin < length && next < kPaymentsMax) {
      auto start = Clock::now();
      absl::Status status = co_await call(next++);
      if (!status.ok()) {
        std::fprintf(stderr, "%s\n", status.ToString().c_str());
        std::exit(1);
      }
      took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    if (--running == 0) done.set_value();
  };
  for (int i = 0; i < callers; ++i) runtime::Spawn(executor, caller);
  done.get_future().wait();
  double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(took.begin(), took.end());
  auto at = [&](double share) {
    return took.empty() ? 0
                        : took[static_cast<size_t>(share * static_cast<double>(took.size() - 1))];
  };
  return {static_cast<int64_t>(took.size()), static_cast<double>(took.size()) / elapsed, at(0.50),
          at(0.99)};
}

constexpr char kTransaction[] = R"sql(\set a random(1, 9000000000000000000)
WITH made AS (
  INSERT INTO payment (payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url, language,
                       metadata, status, created_at, updated_at)
  VALUES (lpad((:a)::text, 26, '0'), 's1', 'm1', false, 9000, 'DL-1', 'Driver licence renewal',
          'https://ministry.example/done?x=1', 'en', '{}', 1, now(), now()) RETURNING payment_id, created_at
), keys AS (
  INSERT INTO idempotent_answer (caller, method, key, answer_sealed, expires_at)
  SELECT 's1/sandbox', 'bench', payment_id, repeat('0', 160), now() + interval '30 days' FROM made ON CONFLICT DO NOTHING
)
INSERT INTO payment_event (payment_id, version, status, created_at) SELECT payment_id, 1, 1, created_at FROM made;
)sql";

// Transactions a second of pgbench; 0 when it is not there.
double RunPgbench(const std::string& dsn, int clients, int seconds) {
  char script[] = "/tmp/tamarack-bench-XXXXXX";
  if (int file = mkstemp(script); file < 0 || close(file) != 0) return 0;
  std::ofstream(script) << kTransaction;
  std::string command = absl::StrFormat("pgbench -n -M prepared -c %d -j 2 -T %d -f %s '%s' 2>&1",
                                        clients, seconds, script, dsn);
  FILE* pipe = popen(command.c_str(), "r");
  double per_second = 0;
  char line[512];
  while (pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr) {
    if (std::sscanf(line, "tps = %lf", &per_second) == 1) break;
  }
  if (pipe != nullptr) pclose(pipe);
  std::remove(script);
  return per_second;
}

void Print(const char* what, int callers, const Result& result) {
  std::printf("%-28s %3d callers %9.0f/s   p50 %6.2f ms   p99 %6.2f ms   (%ld payments)\n", what,
              callers, result.per_second, result.p50_ms, result.p99_ms,
              static_cast<long>(result.count));
  std::fflush(stdout);
}

int Run() {
  int callers = absl::GetFlag(FLAGS_callers);
  std::chrono::seconds length(absl::GetFlag(FLAGS_seconds));
  World world(false);
  asio::io_context client_io{1};
  auto work = asio::make_work_guard(client_io);
  std::thread client_thread([&] { client_io.run(); });
  std::string token = world.host.Token(world.ministry);

  std::printf(
      "durable (fsync, synchronous_commit on) for %ld s each; the load runs on the same machine\n",
      static_cast<long>(length.count()));
  double ours = 0;
  for (int n : {1, callers}) {
    rpc::Client client(world.address, [token]() -> Async<std::string> { co_return token; });
    auto over_grpc = Measure(client_io.get_executor(), n, length, [&](int i) -> AsyncStatus {
      rpc::CallOptions options;
      options.idempotency_key = absl::StrFormat("grpc-%d-%d", n, i);
      co_return (co_await client.Call<v1::Payment>(std::string(kService) + "CreatePayment",
                                                   World::NewRequest(), options))
          .status();
    });
    Print("CreatePayment over gRPC", n, over_grpc);
    auto writer = Measure(world.host.executor(), n, length, [&](int i) -> AsyncStatus {
      NewPayment row;
      row.payment.id = NewShortId();
      row.payment.owner = auth::OwnerOf(world.ministry);
      row.payment.amount_cents = 9000;
      row.payment.reference = "DL-1";
      row.payment.description = "Driver licence renewal";
      row.payment.return_url = "https://ministry.example/done?x=1";
      row.payment.created_at = Now();
      rpc::Context context;
      context.principal = std::make_shared<const auth::Principal>(world.ministry);
      context.idempotency_key = absl::StrFormat("writer-%d-%d", n, i);
      row.key = world.keys.RowOf(context, World::NewRequest(), row.payment.id);
      co_return (co_await world.repository.Create(std::move(row))).status();
    });
    Print("the batching writer alone", n, writer);
    double peer = RunPgbench(world.host.database().dsn(), n, absl::GetFlag(FLAGS_seconds));
    std::printf("%-28s %3d clients %9.0f/s\n", "pgbench, one transaction each", n, peer);
    ours = peer > 0 ? over_grpc.per_second / peer : 0;
    std::printf("ratio at %d: %.2f over gRPC, %.2f for the writer\n", n, ours,
                peer > 0 ? writer.per_second / peer : 0);
  }
  std::string stored = world.Sql("SELECT count(*) = count(DISTINCT payment_id) FROM payment_event");
  std::printf("every payment has its one event: %s\n", stored == "t" ? "yes" : "NO");
  work.reset();
  client_io.stop();
  client_thread.join();
  return stored == "t" ? 0 : 1;
}

}  // namespace
}  // namespace tamarack::payments

int main(int argc, char** argv) {
  tamarack::config::ParseFlags(argc, argv, "Durable create-payment a second.");
  tamarack::telemetry::ConfigureLog("bench", "error");
  return tamarack::payments::Run();
}
