<?php
/**
 * Safe mode: a copy of the paired site under another address does nothing in its name.
 *
 * It has the site's keys, so what it sent would be taken for the site's. It sends neither events nor its structure, answers the
 * platform nothing but `/status`, and has no schedule. A person decides: it stays a copy, and what waits in its queue, being
 * the original's to send, is thrown away; or the site has moved here, and is paired anew. Until then its events are kept.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Safe_Mode;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use WP_REST_Request;

/** The address of which a person said that it is a copy's. */
const COPY_OPTION = 'igny8_bridge_copy';

/** Ask a person. */
function bootstrap(): void {
	add_action( 'admin_notices', __NAMESPACE__ . '\\show_notice' );
	add_action( 'admin_post_igny8_bridge_stay_copy', __NAMESPACE__ . '\\handle_stay' );
	add_action( 'admin_post_igny8_bridge_moved_here', __NAMESPACE__ . '\\handle_moved' );
}

/** Tell whether this is such a copy. */
function is_on(): bool {
	return Connection\has_moved();
}

/** Tell whether a person has said that it is to stay one. */
function is_settled_copy(): bool {
	return Connection\current_address_key() === get_option( COPY_OPTION ) && is_on();
}

/** Tell whether a request is answered nevertheless: whoever looks for the site has to learn what this is. */
function answers( WP_REST_Request $request ): bool {
	return '/igny8/v1/status' === untrailingslashit( $request->get_route() );
}

/** Stay a copy, for good or until it is paired; what the original has to send is not ours. */
function stay(): void {
	update_option( COPY_OPTION, Connection\current_address_key(), false );
	Outbound\unschedule();
	Outbound\empty_queue();
}

/** Forget what was said. */
function forget(): void {
	delete_option( COPY_OPTION );
}
