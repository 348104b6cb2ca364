<?php
/**
 * Why an update is not installed, in words for whoever looks after the site.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use WP_Error;

/**
 * Word a refusal.
 *
 * @param string $code   Stable, as in the protocol.
 * @param string $detail What was found, for support.
 */
function refusal( string $code, string $detail = '' ): WP_Error {
	$sentence = sentence( $code );
	return new WP_Error( $code, '' === $detail ? $sentence : $sentence . ' (' . sanitize_text_field( $detail ) . ')' );
}

/** Say what is wrong and what to do. */
function sentence( string $code ): string {
	switch ( $code ) {
		case 'not_paired':
			return __( 'This site is not connected to IGNY8, so it cannot ask for updates. Connect it under Settings > IGNY8.', 'igny8-wp-bridge' );
		case 'safe_mode':
			return __( 'This is a copy of a connected site and in safe mode, so it does not ask for updates. Connect it, or upload the new version by hand.', 'igny8-wp-bridge' );
		case 'unreachable':
			return __( 'IGNY8 cannot be reached from this server. Try again later, or ask your host to let it through.', 'igny8-wp-bridge' );
		case 'no_update':
			return __( 'IGNY8 offers no update at present. Check again on the updates screen.', 'igny8-wp-bridge' );
		case 'failed_before':
			return __( 'This version made requests fail here and was undone. It is not installed by itself again; a person may.', 'igny8-wp-bridge' );
		case 'release_keys_missing':
			return __( 'This copy of the plugin has no release keys, so it cannot tell whether an update is genuine. Download the plugin from IGNY8 and upload it once by hand.', 'igny8-wp-bridge' );
		case 'unknown_key':
			return __( 'The update is signed with a key this copy of the plugin does not know, so it was not installed. Install the versions in between first, or download the plugin from IGNY8 and upload it by hand.', 'igny8-wp-bridge' );
		case 'signature_invalid':
			return __( 'The signature of the update is wrong, so it was not installed. Somebody may have tampered with it: tell IGNY8 support.', 'igny8-wp-bridge' );
		case 'size_mismatch':
			return __( 'The downloaded update does not have the size that was signed, so it was not installed. Try again; if it stays so, tell IGNY8 support.', 'igny8-wp-bridge' );
		case 'digest_mismatch':
			return __( 'The downloaded update is not the one that was signed, so it was not installed. Try again; if it stays so, tell IGNY8 support.', 'igny8-wp-bridge' );
		case 'not_newer':
			return __( 'The offered version is not newer than the installed one, so it was not installed. To go back on purpose, upload the older version by hand.', 'igny8-wp-bridge' );
		case 'foreign_package':
			return __( 'The downloaded package is not an update of this plugin, so it was not installed. Tell IGNY8 support.', 'igny8-wp-bridge' );
		case 'log_forged':
			return __( 'The list of releases does not go on from what this site has seen of it, so nothing was installed. Somebody may have tampered with it: tell IGNY8 support.', 'igny8-wp-bridge' );
		case 'not_in_log':
			return __( 'The update is not in the list of releases, so it was not installed. Try again later; if it stays so, tell IGNY8 support.', 'igny8-wp-bridge' );
		case 'withdrawn':
			return __( 'IGNY8 has taken this version back, so it was not installed. Check for updates again.', 'igny8-wp-bridge' );
		case 'log_unfinished':
			return __( 'The list of releases is too long to be checked at once. Try again: the check goes on where it stopped.', 'igny8-wp-bridge' );
		case 'not_stored':
			return __( 'The update could not be stored in the folder for temporary files. Ask your host about its space and rights.', 'igny8-wp-bridge' );
		default:
			return __( 'IGNY8 answered something unexpected. Try again later.', 'igny8-wp-bridge' );
	}
}
