// In place of mpd-parser (static/build.mjs): our films come as HLS or as one file, never as DASH, which weighs 30 kB.
const nothing = () => null;

export {
  nothing as addSidxSegmentsToPlaylist,
  nothing as generateSidxKey,
  nothing as parse,
  nothing as parseUTCTiming,
};
