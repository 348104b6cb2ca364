<?php
/**
 * The offer as WordPress' updates screen, background updater and plugin list want it.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use const IGNY8\Bridge\FILE;

/**
 * Read an answer to check-update, leaving out what is no offer's.
 *
 * @return array|\WP_Error
 */
function read_offer( array $data ) {
	$version = version_in( $data, 'new_version' );
	if ( '' === $version ) {
		return refusal( 'unexpected_answer' );
	}
	return [
		'version'          => $version,
		'update_available' => ! empty( $data['update_available'] ),
		'package'          => address_in( $data, 'package' ),
		'url'              => address_in( $data, 'url' ),
		'requires'         => version_in( $data, 'requires' ),
		'requires_php'     => version_in( $data, 'requires_php' ),
		'tested'           => version_in( $data, 'tested' ),
		'reason'           => isset( $data['reason'] ) && is_string( $data['reason'] ) ? sanitize_key( $data['reason'] ) : '',
		'icons'            => addresses_in( $data, 'icons' ),
		'banners'          => addresses_in( $data, 'banners' ),
	];
}

/** Read a version, '' if it is none. */
function version_in( array $data, string $name ): string {
	$version = isset( $data[ $name ] ) && is_string( $data[ $name ] ) ? $data[ $name ] : '';
	return is_version( $version ) ? $version : '';
}

/** Read a web address, '' if it is none. */
function address_in( array $data, string $name ): string {
	return isset( $data[ $name ] ) && is_string( $data[ $name ] ) ? esc_url_raw( $data[ $name ], [ 'http', 'https' ] ) : '';
}

/** Read addresses by name, as of icons. */
function addresses_in( array $data, string $name ): array {
	$found = [];
	$given = isset( $data[ $name ] ) && is_array( $data[ $name ] ) ? $data[ $name ] : [];
	foreach ( array_keys( array_slice( $given, 0, 6, true ) ) as $key ) {
		$found[ sanitize_key( (string) $key ) ] = address_in( $given, (string) $key );
	}
	return array_filter( $found );
}

/** Fill in the picture that came with the plugin where the platform names none. */
function pictures( array $given, string $size, string $own ): array {
	return $given ? $given : [ $size => plugins_url( 'assets/' . $own, FILE ) ];
}

/** Tell whether an answer offers something newer than what lies in the plugins folder. */
function is_newer( array $answer ): bool {
	return $answer && $answer['update_available'] && '' !== $answer['package'] && version_compare( $answer['version'], installed_version(), '>' );
}

/** Read the version from the file, for in the request that updates the plugin this code is the old one. */
function installed_version(): string {
	return get_file_data( FILE, [ 'Version' => 'Version' ] )['Version'];
}

/**
 * Describe the offer to WordPress. What is not offered looks like what is installed: WordPress judges by the version alone.
 *
 * @return object|null Null while nothing is known.
 */
function update_for_wordpress() {
	$answer = current_answer();
	if ( ! $answer ) {
		return null;
	}
	$failed  = failure();
	$offers  = is_newer( $answer ) && ( $failed['version'] !== $answer['version'] || $failed['forgiven'] );
	$version = $offers ? $answer['version'] : installed_version();
	return (object) [
		'id'           => 'https://' . UPDATE_HOST . '/api/plugins/' . SLUG . '/',
		'slug'         => SLUG,
		'plugin'       => plugin_basename( FILE ),
		'version'      => $version,
		'new_version'  => $version,
		'url'          => $answer['url'],
		'package'      => $answer['package'],
		'icons'        => pictures( $answer['icons'], 'svg', 'icon.svg' ),
		'banners'      => pictures( $answer['banners'], 'low', 'banner.svg' ),
		'banners_rtl'  => [],
		'requires'     => $answer['requires'],
		'requires_php' => $answer['requires_php'],
		'tested'       => $answer['tested'],
	];
}

/**
 * Answer WordPress 5.8 and later.
 *
 * @param array|false $update      What another said.
 * @param array       $plugin_data The plugin's header.
 * @param string      $plugin_file The plugin.
 */
function answer_update_uri( $update, $plugin_data, $plugin_file ) {
	if ( plugin_basename( FILE ) !== $plugin_file ) {
		return $update;
	}
	$ours = update_for_wordpress();
	return $ours ? (array) $ours : false;
}

/**
 * Put the offer into what WordPress remembers of updates.
 *
 * WordPress before 5.8 knows no other way, and later ones ask nobody where wordpress.org cannot be reached. What wordpress.org
 * may say of our file is somebody else's plugin.
 *
 * @param mixed $known WordPress' object.
 */
function put_offer( $known ) {
	if ( ! is_object( $known ) ) {
		return $known;
	}
	$file  = plugin_basename( FILE );
	$ours  = update_for_wordpress();
	$place = $ours && version_compare( $ours->new_version, installed_version(), '>' ) ? 'response' : 'no_update';
	foreach ( [ 'response', 'no_update' ] as $list ) {
		$items = isset( $known->$list ) && is_array( $known->$list ) ? $known->$list : [];
		unset( $items[ $file ] );
		$known->$list = $ours && $list === $place ? $items + [ $file => $ours ] : $items;
	}
	return $known;
}

/** Let WordPress look at the offer again; what else it remembers stays. */
function renew_transient(): void {
	$known = get_site_transient( 'update_plugins' );
	set_site_transient( 'update_plugins', is_object( $known ) ? $known : (object) [ 'last_checked' => 0 ] );
}

/** Let WordPress forget the offer, without anybody being asked; this may be a visitor's request. */
function withdraw_offer(): void {
	$known = get_site_transient( 'update_plugins' );
	if ( is_object( $known ) && isset( $known->response[ plugin_basename( FILE ) ] ) ) {
		unset( $known->response[ plugin_basename( FILE ) ] );
		remove_filter( 'pre_set_site_transient_update_plugins', __NAMESPACE__ . '\\put_offer', 20 );
		set_site_transient( 'update_plugins', $known );
		add_filter( 'pre_set_site_transient_update_plugins', __NAMESPACE__ . '\\put_offer', 20 );
	}
}

/** Ask anew when a person presses "Check again", once a minute. */
function ask_anew_if_forced(): void {
	$kept = kept();
	if ( isset( $_GET['force-check'] ) && current_user_can( 'update_plugins' ) && time() - $kept['answered_at'] > ASKING_SECONDS ) { // phpcs:ignore WordPress.Security.NonceVerification -- WordPress' own link has none.
		keep( [ 'not_before' => min( $kept['not_before'], time() ) ] + $kept );
	}
}
