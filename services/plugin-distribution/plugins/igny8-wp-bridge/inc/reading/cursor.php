<?php
/**
 * Where a page ends: a text that only this room understands.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

/** The times between which a cursor may lie, as the database writes them. */
const BEGINNING = '0000-00-00 00:00:00';

/**
 * Read a cursor; of `modified` a time is one, too.
 *
 * @return array{modified:string,id:int}|null The last post before the page; null if the cursor is none of this order.
 */
function read_cursor( string $cursor, string $order ): ?array {
	$start = [
		'modified' => BEGINNING,
		'id'       => 0,
	];
	if ( '' === $cursor ) {
		return $start;
	}
	if ( 'id' === $order && preg_match( '/\Ai([0-9]{1,18})\z/', $cursor, $match ) ) {
		return [ 'id' => (int) $match[1] ] + $start;
	}
	if ( 'modified' === $order && preg_match( '/\Am(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-([0-9]{1,18})\z/', $cursor, $match ) ) {
		return [
			'modified' => vsprintf( '%s-%s-%s %s:%s:%s', array_slice( $match, 1, 6 ) ),
			'id'       => (int) $match[7],
		];
	}
	if ( 'modified' === $order && preg_match( '/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\z/', $cursor ) ) {
		return [ 'modified' => substr( strtr( $cursor, 'T', ' ' ), 0, 19 ) ] + $start;
	}
	return null;
}

/** Write a cursor. */
function write_cursor( string $order, array $last ): string {
	return 'id' === $order ? 'i' . $last['id'] : 'm' . preg_replace( '/[^0-9]/', '', $last['modified'] ) . '-' . $last['id'];
}
