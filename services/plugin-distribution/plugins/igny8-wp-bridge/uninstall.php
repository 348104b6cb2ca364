<?php
/**
 * Removes the plugin's tables, options and schedule from every blog. Posts, their fields and images stay.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/inc/storage/namespace.php';
require_once __DIR__ . '/inc/updates/traces.php';

Updates\remove_everything();

Storage\remove_from_every_blog();
