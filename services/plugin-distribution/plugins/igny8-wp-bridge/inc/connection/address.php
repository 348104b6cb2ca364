<?php
/**
 * Where this site is, and whether that is where it was paired.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Connection;

/**
 * Tell this site's public address, without a trailing slash, as the platform knows it.
 *
 * WordPress words its scheme after the request, https in the admin area and http in WP-CLI, so the scheme alone makes no other site.
 */
function site_address(): string {
	$here    = current_address();
	$pairing = pairing();
	$known   = $pairing ? (string) $pairing['site_address'] : '';
	return set_url_scheme( $known, 'https' ) === set_url_scheme( $here, 'https' ) ? $known : $here;
}

/**
 * Tell this site's public address as WordPress words it in this request.
 *
 * Not by `home_url()`: plugins for several languages let it say another address for each.
 */
function current_address(): string {
	$home = untrailingslashit( (string) get_option( 'home' ) );
	return is_ssl() ? set_url_scheme( $home, 'https' ) : $home;
}

/** Tell this site's address where its scheme does not matter. */
function current_address_key(): string {
	return (string) set_url_scheme( current_address(), 'https' );
}

/** Tell whether this is a copy of the paired site under another address, which must not speak in its name. */
function has_moved(): bool {
	$pairing = pairing();
	return $pairing && site_address() !== $pairing['site_address'];
}

/** Tell under which address the site was paired, '' if it is not. */
function paired_address(): string {
	return (string) ( pairing()['site_address'] ?? '' );
}
