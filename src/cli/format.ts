export { formatBytes, formatCount, formatDuration, formatMs } from "../admin/dashboard/format.js";
