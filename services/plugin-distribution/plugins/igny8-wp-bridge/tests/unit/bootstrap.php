<?php
/**
 * Loads the rooms that need no WordPress, with the few functions of it they call.
 *
 *     phpunit --no-configuration --do-not-cache-result --bootstrap tests/unit/bootstrap.php tests/unit
 *
 * @package IGNY8\Bridge
 */

foreach ( [ 'MINUTE_IN_SECONDS' => 60, 'HOUR_IN_SECONDS' => 3600, 'DAY_IN_SECONDS' => 86400 ] as $name => $value ) {
	define( $name, $value );
}

function wp_json_encode( $value ) {
	return json_encode( $value );
}

function sanitize_title( $title ) {
	return strtolower( trim( preg_replace( '/[^A-Za-z0-9]+/', '-', $title ), '-' ) );
}

function get_post_types() {
	return [ 'post' => 'post', 'page' => 'page', 'attachment' => 'attachment' ];
}

function wp_parse_url( $url ) {
	return parse_url( $url );
}

function serialize_block_attributes( $attributes ) {
	return strtr( json_encode( $attributes ), [ '--' => '\\u002d\\u002d', '<' => '\\u003c', '>' => '\\u003e', '&' => '\\u0026', '\\"' => '\\u0022' ] );
}

function wp_get_environment_type() {
	return $GLOBALS['igny8_test_environment'] ?? 'production';
}

function __( $text ) {
	return $text;
}

function sanitize_text_field( $text ) {
	return trim( $text );
}

/** As much of WordPress' class as a refusal needs. */
final class WP_Error {
	private $code;
	private $message;

	public function __construct( $code, $message ) {
		$this->code    = $code;
		$this->message = $message;
	}

	public function get_error_code() {
		return $this->code;
	}

	public function get_error_message() {
		return $this->message;
	}
}

$inc = dirname( __DIR__, 2 ) . '/inc';
foreach ( [ 'identity/canonical', 'connection/namespace', 'rest/namespace', 'rest/frame', 'publishing/payload', 'publishing/reading', 'publishing/terms', 'publishing/images', 'rendering/tags', 'rendering/pieces', 'rendering/pictures', 'rendering/layout', 'rendering/attachment-ids', 'outbound/backoff', 'outbound/sender', 'outbound/updates', 'reading/cursor', 'reading/shown-images', 'updates/namespace', 'updates/refusals', 'updates/verification', 'updates/release-log' ] as $file ) {
	require "$inc/$file.php";
}

require dirname( __DIR__ ) . '/integration/fixtures/Releases.php';
