<?php
/**
 * `GET /status`: what the platform needs to know to tell a user what is wrong.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rest;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Media;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Storage;
use WP_REST_Response;
use const IGNY8\Bridge\VERSION;

/** Describe the site. */
function answer_status(): WP_REST_Response {
	$backlog = Outbound\backlog();
	return success(
		[
			'plugin_version'   => VERSION,
			'wp_version'       => get_bloginfo( 'version' ),
			'php_version'      => PHP_VERSION,
			'site_url'         => Connection\site_address(),
			'rest_url'         => get_rest_url(),
			'paired'           => Connection\is_paired(),
			'site_id'          => Connection\site_id(),
			'time'             => rfc3339( Storage\now_ms() ),
			'permalinks'       => (string) get_option( 'permalink_structure' ),
			'timezone'         => wp_timezone_string(),
			'max_upload_bytes' => Media\max_bytes(),
			'memory_limit'     => (string) ini_get( 'memory_limit' ),
			'can_sign'         => Identity\can_sign(),
			'safe_mode'        => Safe_Mode\is_on(),
			'paired_address'   => Connection\paired_address(),
			'environment'      => wp_get_environment_type(),
			'outbox'           => [
				'waiting'   => $backlog['waiting'],
				'oldest_at' => $backlog['oldest_ms'] ? rfc3339( $backlog['oldest_ms'] ) : null,
			],
		]
	);
}
