# main.R [quick] [EXPERIMENT...]: measures all sides and leaves /results.
suppressPackageStartupMessages(library(foreach))

args <- commandArgs(TRUE)
quick <- "quick" %in% args
wanted <- setdiff(args, "quick")
results <- "/results"
dir.create(results, showWarnings = FALSE)

own <- setdiff(list.files(".", "[.]R$"), "main.R")
others <- list.files(c("sides", "experiments"), full.names = TRUE)
for (file in c(own, others)) source(file)

# In this order; the last one leaves doRedis' queue in ruins.
experiments <- list(
  rates = measure_rates, latency = measure_latency,
  efficiency = measure_efficiency, sizes = measure_sizes,
  values = measure_values, tasks = measure_tasks, blocked = measure_blocked,
  memory = measure_memory, workers = measure_workers
)
if (length(wanted)) experiments <- experiments[wanted]

start_redis()
sides <- list(
  do = side_do(), rcluster = side_rcluster(), psock = side_psock(),
  dofuture = side_dofuture(), doredis = side_doredis(), mirai = side_mirai(),
  direct = side_direct(), crew = side_crew()
)
begun <- clock()
needed <- !identical(names(experiments), "workers")
if (needed) for (side in sides) side$start(2)
for (name in names(experiments)) {
  if (name == "workers" && needed) for (side in sides) side$stop()
  from <- clock()
  experiments[[name]](sides, quick)
  message(sprintf("%s: %.0f s", name, clock() - from))
}
if (needed && !"workers" %in% names(experiments)) {
  for (side in sides) side$stop()
}
stop_redis()
message(sprintf("in all: %.0f s", clock() - begun))

write_results(results)
write_report(results, quick)
draw_plot(results)
