<?php
/**
 * What the platform wants to hear of: the last answer to a push.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Structure;

const SYNC_OPTION = 'igny8_bridge_sync';

/** More types than this no site keeps in sync. */
const MOST_SYNCED = 100;

/** Remember the answer. */
function remember_sync( array $sync ): void {
	$types = isset( $sync['post_types'] ) && is_array( $sync['post_types'] ) ? array_filter( $sync['post_types'], 'is_string' ) : [];
	$kept  = [
		'enabled'    => ! empty( $sync['enabled'] ),
		'post_types' => array_slice( array_values( array_unique( array_map( 'sanitize_key', $types ) ) ), 0, MOST_SYNCED ),
	];
	if ( get_option( SYNC_OPTION ) !== $kept ) {
		update_option( SYNC_OPTION, $kept, false );
	}
}

/**
 * List the types of which posts are told that did not come from the platform.
 *
 * @return string[]
 */
function synced_types(): array {
	$sync = get_option( SYNC_OPTION );
	return is_array( $sync ) && ! empty( $sync['enabled'] ) && isset( $sync['post_types'] ) ? array_diff( (array) $sync['post_types'], [ 'attachment' ] ) : [];
}

/** Forget what one platform wanted when the site is another's, or nobody's. */
function forget(): void {
	delete_option( SYNC_OPTION );
	delete_option( STATE_OPTION );
}
