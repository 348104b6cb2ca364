<?php
/**
 * The log of all releases: whether it goes on from what this site has seen, and says of a package what the package says of itself.
 *
 * Each entry names the one before by its hash, so whoever wants to show this site another past has to forge a signature. An
 * entry signed with a key this copy does not have, because it was replaced since, or is newer, counts once a later one with a
 * known key stands on it. Until then only a withdrawal is believed, which at worst installs nothing.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use WP_Error;

/** Pages of a hundred entries that one attempt reads; the next goes on from there. */
const MOST_PAGES = 20;

/** Versions that are remembered of the log, the latest. */
const MOST_KNOWN = 200;

/** Before the first entry. */
const BEGINNING = [
	'index'    => -1,
	'hash'     => '0000000000000000000000000000000000000000000000000000000000000000',
	'previous' => '',
	'key_id'   => '',
	'known'    => [],
];

/**
 * Check the log for a package.
 *
 * @param array $grant The package's statement.
 * @return true|WP_Error
 */
function check_log( array $grant, array $keys ) {
	$seen = seen_log( $keys );
	$walk = [
		'sure' => $seen,
		'now'  => step_back( $seen ),
	];
	for ( $page = 0; $page < MOST_PAGES; $page++ ) {
		$data = ask( 'GET', '/log/?after=' . $walk['now']['index'] );
		if ( is_wp_error( $data ) ) {
			return $data;
		}
		$entries = isset( $data['entries'] ) && is_array( $data['entries'] ) ? $data['entries'] : [];
		$walk    = follow_log( $walk, $seen, $entries, $keys );
		if ( null === $walk ) {
			return refusal( 'log_forged' );
		}
		if ( empty( $data['more'] ) || ! $entries ) {
			break;
		}
	}
	if ( $walk['now']['index'] < $seen['index'] ) {
		return refusal( 'log_forged', 'shorter than before' );
	}
	remember_log( $walk['sure'] );
	return ! empty( $data['more'] ) && $entries ? refusal( 'log_unfinished' ) : judge_by_log( $walk, $grant );
}

/**
 * Follow the log by some entries.
 *
 * @param array{sure:array,now:array} $walk How far a known key has signed, and how far it was read.
 * @param array                       $seen What was seen the last time.
 * @return array{sure:array,now:array}|null Null if it does not go on.
 */
function follow_log( array $walk, array $seen, array $entries, array $keys ): ?array {
	foreach ( $entries as $entry ) {
		$next = is_array( $entry ) ? next_in_log( $walk['now'], $entry ) : null;
		if ( null === $next || ( $next['index'] === $seen['index'] && $next['hash'] !== $seen['hash'] ) ) {
			return null;
		}
		if ( isset( $keys[ $next['key_id'] ] ) ) {
			$signature = isset( $entry['signature'] ) && is_string( $entry['signature'] ) ? $entry['signature'] : '';
			if ( ! is_signed_with( $keys[ $next['key_id'] ], log_text( $entry ), $signature ) ) {
				return null;
			}
			$walk['sure'] = $next['index'] >= $walk['sure']['index'] ? $next : $walk['sure'];
		}
		$walk['now'] = $next;
	}
	return $walk;
}

/** Go on by one entry; null if it does not belong there. */
function next_in_log( array $at, array $entry ): ?array {
	foreach ( [ 'previous', 'action', 'version', 'sha256', 'at', 'key_id' ] as $field ) {
		if ( ! isset( $entry[ $field ] ) || ! is_string( $entry[ $field ] ) || strlen( $entry[ $field ] ) > 64 || preg_match( '/[\x00-\x20]/', $entry[ $field ] ) ) {
			return null;
		}
	}
	$whole = isset( $entry['index'], $entry['size'] ) && is_int( $entry['index'] ) && is_int( $entry['size'] ) && in_array( $entry['action'], [ 'beta', 'release', 'withdraw' ], true );
	$hash  = $whole ? hash( 'sha256', log_text( $entry ) ) : '';
	if ( ! $whole || $at['index'] + 1 !== $entry['index'] || $at['hash'] !== $entry['previous'] || ( isset( $entry['hash'] ) && $entry['hash'] !== $hash ) ) {
		return null;
	}
	$latest = [ $entry['version'] => [ $entry['action'], $entry['sha256'], $entry['size'] ] ];
	return [
		'index'    => $entry['index'],
		'hash'     => $hash,
		'previous' => $entry['previous'],
		'key_id'   => $entry['key_id'],
		'known'    => array_slice( array_diff_key( $at['known'], $latest ) + $latest, -MOST_KNOWN, null, true ),
	];
}

/** Write out the text that is signed of an entry. */
function log_text( array $entry ): string {
	return "igny8-release-log v1\n" . SLUG . "\n{$entry['index']}\n{$entry['previous']}\n{$entry['action']}\n{$entry['version']}\n{$entry['sha256']}\n{$entry['size']}\n{$entry['at']}\n";
}

/**
 * Judge a package by the log.
 *
 * @return true|WP_Error
 */
function judge_by_log( array $walk, array $grant ) {
	$sure = $walk['sure']['known'][ $grant['version'] ] ?? [ '', '', 0 ];
	$last = $walk['now']['known'][ $grant['version'] ] ?? $sure;
	if ( in_array( 'withdraw', [ $sure[0], $last[0] ], true ) ) {
		return refusal( 'withdrawn', $grant['version'] );
	}
	return '' !== $sure[0] && [ $grant['sha256'], $grant['size'] ] === [ $sure[1], $sure[2] ] ? true : refusal( 'not_in_log', $grant['version'] );
}

/** Read how far the log was seen; from the beginning if that was under keys which are not trusted any more. */
function seen_log( array $keys ): array {
	$stored = get_site_option( LOG_OPTION );
	return is_array( $stored ) && isset( $stored['key_id'], $keys[ $stored['key_id'] ] ) ? $stored + BEGINNING : BEGINNING;
}

/** Step back by one entry, so that the last one seen has to be shown again. */
function step_back( array $seen ): array {
	if ( $seen['index'] < 0 ) {
		return $seen;
	}
	return [
		'index' => $seen['index'] - 1,
		'hash'  => $seen['previous'],
	] + $seen;
}

/** Remember how far the log was seen. */
function remember_log( array $sure ): void {
	if ( $sure['index'] >= 0 ) {
		update_site_option( LOG_OPTION, $sure );
	}
}
