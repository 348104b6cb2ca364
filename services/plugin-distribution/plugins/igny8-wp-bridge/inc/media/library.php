<?php
/**
 * The media library, with a table that knows each image by the hash of its bytes.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Media;

use IGNY8\Bridge\Storage;
use WP_Error;
use WP_REST_Request;

/** Find an image by its hash, 0 if the library has it no more or never had it. */
function find_image( string $sha256 ): int {
	$id = noted_image( $sha256 );
	return $id && is_in_library( $id ) ? $id : 0;
}

/** Tell which attachment was noted for a hash, 0 if none was. */
function noted_image( string $sha256 ): int {
	global $wpdb;
	$sql = 'SELECT attachment_id FROM `' . Storage\table( 'media' ) . '` WHERE sha256 = %s';
	return (int) $wpdb->get_var( $wpdb->prepare( $sql, $sha256 ) );
}

/** Tell whether an attachment and its file are there. */
function is_in_library( int $attachment_id ): bool {
	$file = 'attachment' === get_post_type( $attachment_id ) ? get_attached_file( $attachment_id ) : '';
	if ( ! $file ) {
		return false;
	}
	/** Filters whether an image counts as present, for sites that keep their files elsewhere. */
	return (bool) apply_filters( 'igny8_bridge_has_file', file_exists( $file ), $attachment_id );
}

/** Take the lease of an image that is not there, also of one that was and has been deleted. */
function claim_image( string $sha256, string $owner ): bool {
	global $wpdb;
	$lost = noted_image( $sha256 );
	if ( $lost && is_in_library( $lost ) ) {
		return false; // It has come since the caller looked.
	}
	$sql = 'UPDATE `' . Storage\table( 'media' ) . '` SET attachment_id = 0, lease_until = 0 WHERE sha256 = %s AND lease_until = %d AND attachment_id = %d';
	$wpdb->query( $wpdb->prepare( $sql, $sha256, Storage\FOREVER, $lost ) );
	return Storage\take_lease( 'media', [ 'sha256' => $sha256 ], $owner );
}

/** Give the lease back with nothing done. */
function release_image( string $sha256, string $owner ): void {
	Storage\give_back_lease( 'media', [ 'sha256' => $sha256 ], $owner );
}

/** Note which attachment has these bytes. */
function settle_image( string $sha256, string $owner, int $attachment_id ): void {
	global $wpdb;
	$done = [
		'attachment_id' => $attachment_id,
		'lease_until'   => Storage\FOREVER,
	];
	$wpdb->update( Storage\table( 'media' ), $done, compact( 'sha256', 'owner' ) );
}

/**
 * Add an image to the library, or finish one that a request which died had added.
 *
 * @return int|WP_Error
 */
function add_to_library( WP_REST_Request $request, string $bytes, string $sha256, string $type ) {
	require_once ABSPATH . 'wp-admin/includes/file.php';
	require_once ABSPATH . 'wp-admin/includes/media.php';
	require_once ABSPATH . 'wp-admin/includes/image.php';

	$begun = begun_image( $sha256 );
	if ( $begun ) {
		wp_update_attachment_metadata( $begun, wp_generate_attachment_metadata( $begun, (string) get_attached_file( $begun ) ) );
		return $begun;
	}
	$path = wp_tempnam( 'igny8' );
	if ( ! $path || strlen( $bytes ) !== file_put_contents( $path, $bytes ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions -- a temporary file, not one of the site's.
		return new WP_Error( 'not_stored', 'The server has no room for a temporary file.', [ 'status' => 500 ] );
	}
	$file = [
		'name'     => file_name( parameter( $request, 'filename' ), $sha256, $type ),
		'type'     => $type,
		'tmp_name' => $path,
		'error'    => 0,
		'size'     => strlen( $bytes ),
	];
	$alt  = sanitize_text_field( parameter( $request, 'alt' ) );
	$post = [
		'post_title'   => '' !== $alt ? $alt : pathinfo( $file['name'], PATHINFO_FILENAME ),
		'post_excerpt' => wp_kses_post( parameter( $request, 'caption' ) ),
		'post_content' => '',
		'meta_input'   => [
			'_igny8_sha256'            => $sha256,
			'_igny8_source_url'        => esc_url_raw( parameter( $request, 'source_url' ) ),
			'_wp_attachment_image_alt' => $alt,
		],
	];
	make_upload_folder();
	return sideload( $file, $post );
}

/**
 * Let WordPress take a file into the library.
 *
 * WordPress words all that can go wrong as one error. What it says of the file itself is a refusal, which another try
 * does not change; a folder or a disk that takes nothing is the server's trouble, and may pass.
 *
 * @return int|WP_Error
 */
function sideload( array $file, array $post ) {
	$refused = '';
	$listen  = static function ( array $file ) use ( &$refused ): array {
		$refused = isset( $file['error'] ) && is_string( $file['error'] ) ? $file['error'] : '';
		return $file;
	};
	$named   = wp_check_filetype_and_ext( $file['tmp_name'], $file['name'] );
	if ( ( ! $named['type'] || ! $named['ext'] ) && ! current_user_can( 'unfiltered_upload' ) ) {
		$refused = 'Files of this type may not be uploaded to this site.';
	}
	add_filter( 'wp_handle_sideload_prefilter', $listen, PHP_INT_MAX );
	$id = '' === $refused ? media_handle_sideload( $file, 0, null, wp_slash( $post ) ) : new WP_Error( 'refused', $refused );
	remove_filter( 'wp_handle_sideload_prefilter', $listen, PHP_INT_MAX );
	if ( file_exists( $file['tmp_name'] ) ) {
		wp_delete_file( $file['tmp_name'] );
	}
	if ( ! is_wp_error( $id ) ) {
		return (int) $id;
	}
	if ( '' !== $refused ) {
		return new WP_Error( 'not_an_image', 'WordPress refuses the file: ' . $id->get_error_message(), [ 'status' => 415 ] );
	}
	return new WP_Error( 'not_stored', 'WordPress cannot store the file: ' . $id->get_error_message(), [ 'status' => 500 ] );
}

/**
 * Make the folder for today's uploads.
 *
 * WordPress takes it for a failure when another request makes the folder at the same moment, as happens to the first images
 * of a month. Each round of that race gets at least one folder deeper, and the deepest uploads folder has few.
 */
function make_upload_folder(): void {
	$folder = wp_upload_dir( null, false )['path'];
	for ( $tries = 0; $tries < 10 && ! wp_mkdir_p( $folder ); ++$tries ) {
		usleep( 2000 );
	}
}

/** Find an attachment that was added, though nobody lived to note it. */
function begun_image( string $sha256 ): int {
	global $wpdb;
	$sql = "SELECT m.post_id FROM {$wpdb->postmeta} m JOIN {$wpdb->posts} p ON p.ID = m.post_id AND p.post_type = 'attachment'
		WHERE m.meta_key = '_igny8_sha256' AND m.meta_value = %s ORDER BY m.post_id LIMIT 1";
	$id  = (int) $wpdb->get_var( $wpdb->prepare( $sql, $sha256 ) );
	return $id && is_in_library( $id ) ? $id : 0;
}

/** Choose a file name with the extension of what the bytes are. */
function file_name( string $wanted, string $sha256, string $type ): string {
	$stem = sanitize_file_name( pathinfo( wp_basename( $wanted ), PATHINFO_FILENAME ) );
	$stem = str_replace( '.', '-', trim( $stem, '.-_ ' ) );
	return substr( '' !== $stem ? $stem : 'igny8-' . substr( $sha256, 0, 16 ), 0, 120 ) . '.' . EXTENSIONS[ $type ];
}
