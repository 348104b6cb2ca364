<?php
/**
 * Leases: who works on a row, and until when.
 *
 * A row is taken by `INSERT IGNORE` on its primary key, or, once its lease has run out, by one conditional `UPDATE`.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Storage;

/** Longer than the platform waits for an answer (30 s), shorter than its own lease (180 s). */
const LEASE_SECONDS = 120;

/** The lease of a row whose work is done: nobody takes it over. */
const FOREVER = 9007199254740991;

/** Make a name for whoever is about to take a lease. */
function new_owner(): string {
	return bin2hex( random_bytes( 16 ) );
}

/** Tell until when a lease taken now runs. */
function lease_end( int $seconds = 0 ): int {
	if ( $seconds <= 0 ) {
		$seconds = defined( 'IGNY8_LEASE_SECONDS' ) ? max( 1, (int) IGNY8_LEASE_SECONDS ) : LEASE_SECONDS;
	}
	return now_ms() + 1000 * $seconds;
}

/**
 * Take the lease of a row, making the row if there is none.
 *
 * @param string               $name   Table, without prefix.
 * @param array<string,scalar> $key    Primary key, one column.
 * @param string               $owner  From new_owner().
 * @param array<string,scalar> $fresh  Further columns of a new row.
 * @param int                  $seconds Length, or 0 for the usual one.
 */
function take_lease( string $name, array $key, string $owner, array $fresh = [], int $seconds = 0 ): bool {
	global $wpdb;
	$row    = $key + $fresh + [
		'owner'       => $owner,
		'lease_until' => lease_end( $seconds ),
	];
	$places = implode( ', ', array_fill( 0, count( $row ), '%s' ) );
	$insert = 'INSERT IGNORE INTO `' . table( $name ) . '` (' . implode( ', ', array_keys( $row ) ) . ") VALUES ($places)";
	if ( 1 === $wpdb->query( $wpdb->prepare( $insert, array_values( $row ) ) ) ) {
		return true;
	}
	return take_over_lease( $name, $key, $owner, $seconds );
}

/** Take a lease that has run out. */
function take_over_lease( string $name, array $key, string $owner, int $seconds = 0 ): bool {
	global $wpdb;
	$sql = 'UPDATE `' . table( $name ) . '` SET owner = %s, lease_until = %d WHERE ' . key( $key ) . ' = %s AND lease_until < %d';
	return 1 === $wpdb->query( $wpdb->prepare( $sql, $owner, lease_end( $seconds ), current( $key ), now_ms() ) );
}

/** Prolong a lease, or learn that another has taken it over. */
function keep_lease( string $name, array $key, string $owner, int $seconds = 0 ): bool {
	global $wpdb;
	$sql = 'UPDATE `' . table( $name ) . '` SET lease_until = GREATEST(lease_until + 1, %d) WHERE ' . key( $key ) . ' = %s AND owner = %s';
	return 1 === $wpdb->query( $wpdb->prepare( $sql, lease_end( $seconds ), current( $key ), $owner ) );
}

/** Give a lease back. */
function give_back_lease( string $name, array $key, string $owner ): void {
	global $wpdb;
	$sql = 'UPDATE `' . table( $name ) . "` SET owner = '', lease_until = 0 WHERE " . key( $key ) . ' = %s AND owner = %s';
	$wpdb->query( $wpdb->prepare( $sql, current( $key ), $owner ) );
}
