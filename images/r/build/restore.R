# restore.R DIR LIBRARY: installs what DIR/renv.lock names, if there is one.
build <- "/opt/rcluster/build"
for (file in c("report", "repository", "diagnose", "hint")) {
  source(file.path(build, paste0(file, ".R")))
}

minor <- function(version) sub("^([0-9]+\\.[0-9]+).*", "\\1", version)

read_lock <- function(file) {
  tryCatch(
    renv::lockfile_read(file),
    error = function(e) {
      fail("renv.lock cannot be read: ", gsub("\\s+", " ", conditionMessage(e)))
    }
  )
}

# In a process of its own, so that the whole log can be searched.
restore <- function(file, library) {
  log <- tempfile()
  status <- system2(
    file.path(R.home("bin"), "Rscript"),
    c(file.path(build, "run_renv.R"), file, library),
    stdout = log, stderr = log
  )
  log <- readLines(log, warn = FALSE)
  writeLines(log, stderr())
  list(ok = status == 0, log = log)
}

# renv sums up failures as `- [name]: why`, or shows the log of a build.
blame <- function(log, missing) {
  said <- grep("^- \\[.+\\]: ", log, value = TRUE)
  said <- grep("install failed", said, value = TRUE, invert = TRUE)
  if (length(said)) {
    fail(
      "package ", quoted(sub("^- \\[(.+)\\]:.*", "\\1", said[1])),
      " of renv.lock is not to be had: ", sub("^- \\[.+\\]: ", "", said[1])
    )
  }
  built <- "ERROR: .* failed for package .([A-Za-z0-9.]+)"
  name <- c(first_match(built, log), missing)
  if (!length(name)) fail("renv.lock was not restored: ", last_error(log))
  fail(did_not_build(name[1], log))
}

main(function(dir, library) {
  dir.create(library, recursive = TRUE, showWarnings = FALSE)
  file <- file.path(dir, "renv.lock")
  if (!file.exists(file)) quit("no")
  .libPaths(c(.libPaths(), "/opt/rcluster/renv"))
  lock <- read_lock(file)
  if (minor(lock$R$Version) != minor(getRversion())) {
    fail(
      "renv.lock is of R ", lock$R$Version, " but the image has R ",
      getRversion(), "; choose a base image with R ", minor(lock$R$Version),
      " or renew renv.lock"
    )
  }
  restored <- restore(file, library)
  names <- names(lock$Packages)
  missing <- setdiff(names, rownames(utils::installed.packages(library)))
  if (!restored$ok || length(missing)) blame(restored$log, missing)
  writeLines(names, file.path(dir, "locked"))
})
