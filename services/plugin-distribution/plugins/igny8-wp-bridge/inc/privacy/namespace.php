<?php
/**
 * Privacy: what goes to the platform of people, for the site's privacy policy and for those who ask.
 *
 * The plugin keeps nothing about people here but names that IGNY8 sent as authors, in receipts, for a while. It tells IGNY8 who may write.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Privacy;

use IGNY8\Bridge\Connection;
use WP_User;

/** Offer the text, and answer those who ask. */
function bootstrap(): void {
	add_action( 'admin_init', __NAMESPACE__ . '\\suggest_policy' );
	add_filter( 'wp_privacy_personal_data_exporters', __NAMESPACE__ . '\\add_exporter' );
	add_filter( 'wp_privacy_personal_data_erasers', __NAMESPACE__ . '\\add_eraser' );
}

/** Suggest a text for the site's privacy policy. */
function suggest_policy(): void {
	$paragraphs = [
		__( 'This site is connected to IGNY8, a service by which its articles are written and published.', 'igny8-wp-bridge' ),
		__( 'IGNY8 is told the login and the display name of those users who may write posts, so that it can name them as authors; the titles, addresses, texts and images of posts that came from IGNY8 or are kept in sync with it; and the versions of the software of this site.', 'igny8-wp-bridge' ),
		__( 'Nothing about visitors, their comments or their orders is sent to IGNY8, and the articles set no cookies.', 'igny8-wp-bridge' ),
		/* translators: %s: an address */
		sprintf( __( 'How IGNY8 handles what it is told: %s', 'igny8-wp-bridge' ), 'https://igny8.com/privacy' ),
	];
	wp_add_privacy_policy_content( 'IGNY8', '<p>' . implode( '</p><p>', array_map( 'esc_html', $paragraphs ) ) . '</p>' );
}

/** Add the exporter. */
function add_exporter( $exporters ): array {
	return (array) $exporters + [
		'igny8-wp-bridge' => [
			'exporter_friendly_name' => __( 'What IGNY8 is told', 'igny8-wp-bridge' ),
			'callback'               => __NAMESPACE__ . '\\export',
		],
	];
}

/** Add the eraser, which erases nothing here, and says where to ask. */
function add_eraser( $erasers ): array {
	return (array) $erasers + [
		'igny8-wp-bridge' => [
			'eraser_friendly_name' => __( 'What IGNY8 is told', 'igny8-wp-bridge' ),
			'callback'             => __NAMESPACE__ . '\\erase',
		],
	];
}

/** Export what IGNY8 is told of somebody. */
function export( $email, $page = 1 ): array {
	$user = told_user( (string) $email );
	$data = [];
	if ( $user ) {
		$data[] = [
			'group_id'    => 'igny8-wp-bridge',
			'group_label' => __( 'IGNY8', 'igny8-wp-bridge' ),
			'item_id'     => 'igny8-author-' . $user->ID,
			'data'        => [
				[
					'name'  => __( 'User id', 'igny8-wp-bridge' ),
					'value' => (string) $user->ID,
				],
				[
					'name'  => __( 'Login', 'igny8-wp-bridge' ),
					'value' => $user->user_login,
				],
				[
					'name'  => __( 'Display name', 'igny8-wp-bridge' ),
					'value' => $user->display_name,
				],
			],
		];
	}
	return [
		'data' => $data,
		'done' => true,
	];
}

/** Say that what IGNY8 was told of somebody is not erased from here. */
function erase( $email, $page = 1 ): array {
	$told = null !== told_user( (string) $email );
	return [
		'items_removed'  => false,
		'items_retained' => $told,
		'messages'       => $told ? [ __( 'IGNY8 was told the login and the display name of this user. It forgets them when the user may not write any more; for the rest, ask IGNY8.', 'igny8-wp-bridge' ) ] : [],
		'done'           => true,
	];
}

/** Find the user of this address, if IGNY8 is told of them. */
function told_user( string $email ): ?WP_User {
	$user = get_user_by( 'email', $email );
	return $user && Connection\is_paired() && user_can( $user, 'edit_posts' ) ? $user : null;
}
