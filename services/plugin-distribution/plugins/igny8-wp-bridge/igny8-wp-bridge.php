<?php
/**
 * Plugin Name:       IGNY8 WordPress Bridge
 * Plugin URI:        https://igny8.com/wordpress
 * Description:       Connects this site to IGNY8: receives approved content as posts, exactly once, and tells IGNY8 what becomes of them.
 * Version:           2.0.0
 * Requires at least: 5.6
 * Requires PHP:      7.4
 * Author:            IGNY8
 * Author URI:        https://igny8.com
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       igny8-wp-bridge
 * Domain Path:       /languages
 * Update URI:        https://api.igny8.com/api/plugins/igny8-wp-bridge/
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge;

defined( 'ABSPATH' ) || exit;

const VERSION = '2.0.0';
const FILE    = __FILE__;

require __DIR__ . '/inc/storage/namespace.php';
require __DIR__ . '/inc/storage/lease.php';
require __DIR__ . '/inc/network/namespace.php';
require __DIR__ . '/inc/log/namespace.php';
require __DIR__ . '/inc/identity/canonical.php';
require __DIR__ . '/inc/identity/namespace.php';
require __DIR__ . '/inc/identity/verification.php';
require __DIR__ . '/inc/connection/namespace.php';
require __DIR__ . '/inc/connection/pairing.php';
require __DIR__ . '/inc/connection/address.php';
require __DIR__ . '/inc/rest/namespace.php';
require __DIR__ . '/inc/rest/frame.php';
require __DIR__ . '/inc/rest/status.php';
require __DIR__ . '/inc/publishing/namespace.php';
require __DIR__ . '/inc/publishing/publish.php';
require __DIR__ . '/inc/publishing/change.php';
require __DIR__ . '/inc/publishing/update.php';
require __DIR__ . '/inc/publishing/moves.php';
require __DIR__ . '/inc/publishing/trash.php';
require __DIR__ . '/inc/publishing/answers.php';
require __DIR__ . '/inc/publishing/payload.php';
require __DIR__ . '/inc/publishing/reading.php';
require __DIR__ . '/inc/publishing/receipts.php';
require __DIR__ . '/inc/publishing/contents.php';
require __DIR__ . '/inc/publishing/post.php';
require __DIR__ . '/inc/publishing/text.php';
require __DIR__ . '/inc/publishing/authors.php';
require __DIR__ . '/inc/publishing/placement.php';
require __DIR__ . '/inc/publishing/terms.php';
require __DIR__ . '/inc/publishing/images.php';
require __DIR__ . '/inc/publishing/fields.php';
require __DIR__ . '/inc/seo/namespace.php';
require __DIR__ . '/inc/seo/post-meta.php';
require __DIR__ . '/inc/seo/aioseo.php';
require __DIR__ . '/inc/media/namespace.php';
require __DIR__ . '/inc/media/library.php';
require __DIR__ . '/inc/rendering/namespace.php';
require __DIR__ . '/inc/rendering/tags.php';
require __DIR__ . '/inc/rendering/pieces.php';
require __DIR__ . '/inc/rendering/pictures.php';
require __DIR__ . '/inc/rendering/layout.php';
require __DIR__ . '/inc/rendering/sizes.php';
require __DIR__ . '/inc/rendering/gallery.php';
require __DIR__ . '/inc/rendering/attachment-ids.php';
require __DIR__ . '/inc/reading/namespace.php';
require __DIR__ . '/inc/reading/cursor.php';
require __DIR__ . '/inc/reading/pages.php';
require __DIR__ . '/inc/reading/loading.php';
require __DIR__ . '/inc/reading/record.php';
require __DIR__ . '/inc/reading/terms.php';
require __DIR__ . '/inc/reading/shown-images.php';
require __DIR__ . '/inc/reading/checksums.php';
require __DIR__ . '/inc/outbound/namespace.php';
require __DIR__ . '/inc/outbound/queue.php';
require __DIR__ . '/inc/outbound/updates.php';
require __DIR__ . '/inc/outbound/backoff.php';
require __DIR__ . '/inc/outbound/sender.php';
require __DIR__ . '/inc/watching/namespace.php';
require __DIR__ . '/inc/watching/notes.php';
require __DIR__ . '/inc/watching/changes.php';
require __DIR__ . '/inc/structure/namespace.php';
require __DIR__ . '/inc/structure/sync.php';
require __DIR__ . '/inc/structure/description.php';
require __DIR__ . '/inc/structure/capabilities.php';
require __DIR__ . '/inc/structure/push.php';
require __DIR__ . '/inc/doctor/namespace.php';
require __DIR__ . '/inc/doctor/echo.php';
require __DIR__ . '/inc/doctor/collections.php';
require __DIR__ . '/inc/doctor/server.php';
require __DIR__ . '/inc/doctor/site.php';
require __DIR__ . '/inc/doctor/bridge.php';
require __DIR__ . '/inc/safe-mode/namespace.php';
require __DIR__ . '/inc/safe-mode/notice.php';
require __DIR__ . '/inc/updates/namespace.php';
require __DIR__ . '/inc/updates/traces.php';
require __DIR__ . '/inc/updates/asking-blog.php';
require __DIR__ . '/inc/updates/asking.php';
require __DIR__ . '/inc/updates/offer.php';
require __DIR__ . '/inc/updates/details.php';
require __DIR__ . '/inc/updates/package.php';
require __DIR__ . '/inc/updates/verification.php';
require __DIR__ . '/inc/updates/archive.php';
require __DIR__ . '/inc/updates/release-log.php';
require __DIR__ . '/inc/updates/refusals.php';
require __DIR__ . '/inc/updates/guard.php';
require __DIR__ . '/inc/updates/failure.php';
require __DIR__ . '/inc/updates/reporting.php';
require __DIR__ . '/inc/site-health/namespace.php';
require __DIR__ . '/inc/site-health/tests.php';
require __DIR__ . '/inc/site-health/information.php';
require __DIR__ . '/inc/site-health/round-trip.php';
require __DIR__ . '/inc/screen/namespace.php';
require __DIR__ . '/inc/screen/parts.php';
require __DIR__ . '/inc/screen/status.php';
require __DIR__ . '/inc/screen/updates.php';
require __DIR__ . '/inc/screen/connection.php';
require __DIR__ . '/inc/screen/doctor.php';
require __DIR__ . '/inc/screen/log.php';
require __DIR__ . '/inc/screen/welcome.php';
require __DIR__ . '/inc/screen/network.php';
require __DIR__ . '/inc/privacy/namespace.php';
require __DIR__ . '/inc/namespace.php';

bootstrap();
