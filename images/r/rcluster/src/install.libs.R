# Installs the supervisor beside the shared library.
files <- Sys.glob(paste0("*", SHLIB_EXT))
libs <- file.path(R_PACKAGE_DIR, paste0("libs", R_ARCH))
dir.create(libs, recursive = TRUE, showWarnings = FALSE)
file.copy(files, libs, overwrite = TRUE)
if (file.exists("rcluster-supervisor")) {
  bin <- file.path(R_PACKAGE_DIR, "bin")
  dir.create(bin, recursive = TRUE, showWarnings = FALSE)
  file.copy("rcluster-supervisor", bin, overwrite = TRUE)
}
