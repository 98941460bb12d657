# install.R DIR LIBRARY: installs the planned CRAN packages.
build <- "/opt/rcluster/build"
for (file in c("report", "repository", "diagnose", "hint")) {
  source(file.path(build, paste0(file, ".R")))
}

contrib <- "/opt/rcluster/src/contrib"
logs <- "/tmp/rcluster-logs"

read_log <- function(name) {
  file <- file.path(logs, paste0(name, ".out"))
  if (file.exists(file)) readLines(file, warn = FALSE)
}

# Packages that only wait for another one are not the ones to name.
to_blame <- function(missing) {
  own <- Filter(function(name) {
    log <- read_log(name)
    length(log) && !any(grepl("ERROR: dependenc", log))
  }, missing)
  c(own, missing)[1]
}

main(function(dir, library) {
  if (!length(dir(contrib, "[.]tar[.]gz$"))) quit("no")
  url <- paste0("file://", contrib)
  index <- utils::available.packages(contriburl = url, filters = list())
  names <- rownames(index)
  dir.create(logs, showWarnings = FALSE)
  utils::install.packages(
    names,
    lib = library, contriburl = url, available = index, type = "source",
    dependencies = FALSE, Ncpus = parallel::detectCores(),
    INSTALL_opts = c("--strip", "--without-keep.source"), keep_outputs = logs
  )
  got <- rownames(utils::installed.packages(library, noCache = TRUE))
  missing <- setdiff(names, got)
  if (length(missing)) {
    name <- to_blame(missing)
    log <- read_log(name)
    writeLines(log, stderr())
    file <- Sys.glob(file.path(contrib, paste0(name, "_*.tar.gz")))[1]
    requires <- tarball_description(file, name)["SystemRequirements"]
    fail(did_not_build(name, log, requires))
  }
  unlink(c(logs, dirname(contrib)), recursive = TRUE)
})
